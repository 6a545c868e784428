"""The Pulumi tool: found, installed or built, and the two executables that a built one lacks."""
