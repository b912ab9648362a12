"""The vocabulary: ids, fields, tables, decisions. No input, no output; everything else speaks in these words."""
