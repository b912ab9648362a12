"""How dates and instants are read."""
