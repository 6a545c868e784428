"""Elastic's shippers on Windows: Winlogbeat for Sysmon's channel, Filebeat for Osquery's results."""
