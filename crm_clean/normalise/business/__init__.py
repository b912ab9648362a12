"""How companies and what people do in them are read."""
