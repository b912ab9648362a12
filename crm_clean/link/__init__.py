"""Who is the same person: blocking, comparison, scoring, clustering, and how true the result was."""
