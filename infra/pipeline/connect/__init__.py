"""The connector that carries topics to Splunk, through Kafka Connect's REST API."""
