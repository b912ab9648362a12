"""How people's names are read."""
