"""How figures are read."""
