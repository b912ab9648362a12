"""Golden records: one per person, each value traced to the record and the rule that gave it."""
