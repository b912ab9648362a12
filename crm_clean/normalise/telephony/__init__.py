"""How telephone numbers are read, and in which region."""
