"""Values made comparable: a room for each kind of value, run over distinct values; the raw value stays beside."""
