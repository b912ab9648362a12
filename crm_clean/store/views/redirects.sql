-- Where a golden id that was merged away leads to now.
WITH RECURSIVE chain AS (
    SELECT golden_id, other_id AS into_id, run FROM standing.identity_events a WHERE event = 'absorbed'
    UNION
    SELECT c.golden_id, e.other_id, e.run
    FROM chain c
    JOIN standing.identity_events e ON e.golden_id = c.into_id AND e.event = 'absorbed' AND e.run >= c.run
)
SELECT golden_id, into_id, run
FROM chain
WHERE into_id IN (SELECT golden_id FROM standing.membership m)
    AND NOT EXISTS (SELECT 1 FROM standing.membership m WHERE m.golden_id = chain.golden_id)
ORDER BY golden_id, run
