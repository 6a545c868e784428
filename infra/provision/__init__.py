"""Roles on machines: read what is there, say what would change, change it, and take it off again."""
