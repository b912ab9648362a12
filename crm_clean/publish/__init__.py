"""Import files: what each CRM is told about the golden records, in its own headers and spellings."""
