"""KSQL: ksqlDB's language as a pure engine, and a runtime and REST server around it."""
