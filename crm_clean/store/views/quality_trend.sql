-- How good the values of each field were, run after run: one row per run, field and dimension, as they came (`before`)
-- and in the golden records (`after`), each a share of the values judged. Field `all` is the scorecard.
--     SELECT run, before, after FROM quality_trend WHERE field = 'email' AND dimension = 'validity'
SELECT q.run, r.committed_at, q.field, q.dimension, q.before, q.after, q.n_before, q.n_after
FROM standing.quality q
JOIN standing.runs r ON r.run = q.run
ORDER BY q.run, q.field, q.dimension
