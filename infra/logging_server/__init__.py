"""Where Kafka, ksqlDB, Connect and Splunk live, and the endpoints that they offer to the pipeline."""
