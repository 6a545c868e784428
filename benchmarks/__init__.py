"""Figures of speed: each module here measures one thing and prints a table; nothing passes or fails."""
