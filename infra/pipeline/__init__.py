"""What acts on the endpoints of a logging server: KSQL statements, index, token and connector."""
