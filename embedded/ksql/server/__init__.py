"""ksqlDB's HTTP API (ksqlDB documentation, "HTTP API Reference") on top of the runtime."""
