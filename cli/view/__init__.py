"""How what was observed is put on the screen."""
