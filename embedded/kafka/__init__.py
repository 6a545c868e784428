"""Apache Kafka itself, from its Java archives: one broker in KRaft mode on the loopback interface."""
