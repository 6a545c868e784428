"""The stand-ins that speak the real components' interfaces on one machine. They know nothing of Pulumi."""
