"""Made-up CRM exports with a truth file: the room that gives every other room something to read."""
