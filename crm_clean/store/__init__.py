"""Keeps what every run found: one file (or server), numbered migrations, a run as one transaction."""
