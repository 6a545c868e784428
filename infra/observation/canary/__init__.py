"""Canaries: connections of which the Community ID and the process are known before they are made."""
