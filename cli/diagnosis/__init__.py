"""Finding out where data stop: a probe on its way, the faults that are known, and the logs."""
