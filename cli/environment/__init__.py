"""What a fresh clone needs before a verb can run; everything here runs on Python's standard library alone."""
