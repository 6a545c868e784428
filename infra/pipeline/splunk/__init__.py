"""What Splunk has to know for the lab: an index and a token, through its management API."""
