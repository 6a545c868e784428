"""Searches in an honest subset of SPL: what is not understood is refused as FATAL, never guessed."""
