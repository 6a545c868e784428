"""Operators: what runs a query's steps, row by row."""
