"""The logging server as processes on this machine: Kafka itself, and stand-ins for what needs a licence."""
