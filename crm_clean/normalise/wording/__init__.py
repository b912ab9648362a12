"""How the words of tags, lists and closed fields are read."""
