"""Where the machines of the lab come from, one module each."""
