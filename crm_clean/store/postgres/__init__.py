"""The store a team shares: a PostgreSQL database, in three schemas that bear the project's name."""
