"""A stand-in for Kafka Connect: its REST API for the Splunk sink connector, and the sink task itself."""
