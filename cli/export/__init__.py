"""Enriched events as a file for other programs, in the format that the file's name asks for."""
