"""The steps of a run and their order: each reads what stands, calls a stage, writes Parquet, returns counts."""
