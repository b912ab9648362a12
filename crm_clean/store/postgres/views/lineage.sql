-- One row per value offered to a golden record, kept or not: who offered it, and the rule that chose among them. Of
-- several records that say the same, the one that is credited with the value has `is_kept`.
SELECT m.golden_id, o.field COLLATE "C" AS field, o.value, o.raw, r.source, r.record_id, r.source_file, r.source_row,
    o.value IS NOT NULL
        AND (g.n_records = 1 OR coalesce(v.record_id = r.record_id OR v.rule = 'union', false)) AS is_kept,
    coalesce(v.rule, CASE WHEN g.n_records = 1 THEN 'only' END) AS rule
FROM standing.membership m
JOIN standing.records r USING (record_id)
JOIN standing.golden g ON g.golden_id = m.golden_id
CROSS JOIN LATERAL (VALUES
    {offered}
) o (field, value, raw)
LEFT JOIN standing.survivors v ON v.golden_id = m.golden_id AND v.field = o.field
WHERE o.value IS NOT NULL OR o.raw IS NOT NULL
UNION ALL
SELECT m.golden_id, c.kind, c.value, c.raw, r.source, r.record_id, r.source_file, r.source_row,
    EXISTS (
        SELECT FROM standing.golden_points g
        WHERE g.golden_id = m.golden_id AND g.kind = c.kind AND coalesce(g.key, g.value) = coalesce(c.key, c.value)
    ) AS is_kept,
    'union' AS rule
FROM standing.membership m
JOIN standing.records r USING (record_id)
JOIN standing.contact_points c USING (record_id)
ORDER BY golden_id, field, record_id, value, raw
