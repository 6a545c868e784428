"""KSQL's text: tokens, syntax trees, and the parser from the one to the other (ksqlDB 8.0's grammar)."""
