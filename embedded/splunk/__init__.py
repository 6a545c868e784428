"""A stand-in for Splunk: HEC with acknowledgements, the lab's management and search calls, on SQLite."""
