"""Tables of made-up people and companies whose truth is known: one module a shape, `tables.py` above them."""
