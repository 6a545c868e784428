"""A survey as the rows of a table: each hop with its health and figures."""
