"""Faults that the lab knows by name, one module each: what it looks at, what it is called, what to do."""
