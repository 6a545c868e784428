"""Makes up a plausible hour of a small Windows network, always the same one."""
