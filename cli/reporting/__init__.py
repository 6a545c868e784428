"""A report: what was concluded of the connections of a span of time, as one page that needs nothing else."""
