"""The files of ksql/ applied to a ksqlDB server through its REST API."""
