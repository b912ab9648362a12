"""How e-mail addresses are read."""
