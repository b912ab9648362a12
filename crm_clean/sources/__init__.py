"""Sources: bytes as a CRM exported them, read without loss and staged under canonical names."""
