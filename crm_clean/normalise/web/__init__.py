"""How web addresses and pages of networks are read."""
