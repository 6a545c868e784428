"""The bundled recordings, and what makes them."""
