"""People who asked to be forgotten, and people whose data analysts may see only in part.

Says who is not to come back (keyed hashes, never values), what a run leaves out because of it, what certificates say,
and what of each table an analyst gets. Knows no store, no files and no stage: it works on frames.
"""
