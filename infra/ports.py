"""The TCP ports of the lab: the one home of each default."""

from typing import Final

KAFKA: Final = 9092
KAFKA_CONTROLLER: Final = 9093
KSQLDB: Final = 8088
CONNECT: Final = 8083
SPLUNK_MANAGEMENT: Final = 8089
SPLUNK_HEC: Final = 8087
"""Splunk's own default is 8088, which is ksqlDB's as well; on one machine one of them has to give way."""
SPLUNK_WEB: Final = 8000
CONSOLE: Final = 8443
BEATS: Final = 5044
CONTROL_CENTER: Final = 9021
REST_PROXY: Final = 8082
SCHEMA_REGISTRY: Final = 8081
