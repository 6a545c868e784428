"""Splunk's management API, as far as the lab calls it."""
