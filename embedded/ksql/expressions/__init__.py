"""Expressions: their types as ksqlDB finds them, and the Python that computes them."""
