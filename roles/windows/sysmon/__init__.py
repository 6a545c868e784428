"""Sysmon: which process opened which connection, and what started it."""
