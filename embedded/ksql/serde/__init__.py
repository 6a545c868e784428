"""Rows and keys as bytes: JSON, KAFKA, DELIMITED and NONE."""
