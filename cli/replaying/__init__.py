"""A replay from the command line: ship, wait, and read what became of it."""
