"""What a running pipeline has done: read from Kafka, never computed beside it."""
