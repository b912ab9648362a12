"""How like two records are: one level per comparison, in words, and nothing about what a level is worth."""
