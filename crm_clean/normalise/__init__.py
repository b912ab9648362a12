"""Values made comparable: one module for each kind of value, run over distinct values; the raw value stays beside."""
