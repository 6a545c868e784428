"""The logging server in containers: one module a container, and what they share."""
