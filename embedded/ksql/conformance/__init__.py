"""ksqlDB's own test cases, and its test runner's files, run on the engine."""
