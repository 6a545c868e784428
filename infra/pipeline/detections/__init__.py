"""The rules of detections/ as KSQL statements."""
