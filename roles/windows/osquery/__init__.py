"""Osquery: which process holds which socket, and an inventory of processes that started long ago."""
