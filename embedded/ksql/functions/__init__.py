"""KSQL's functions by subject. `scalars`, `aggregates` and `tables` hold them by name once imported."""
