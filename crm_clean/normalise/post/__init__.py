"""How postal addresses are read."""
