-- One row per value offered to a golden record, kept or not: who offered it, and the rule that chose among them. Of
-- several records that say the same, the one that is credited with the value has `is_kept`. A value that nobody offers
-- (derived from others, or a person's word: rule `manual`) stands here too, with the record it is credited to, so that
-- every value of a golden record has a row that is kept.
--     SELECT value, source, record_id, rule FROM lineage WHERE golden_id = 'G-...' AND field = 'phone'
WITH offered AS NOT MATERIALIZED (
    {offered}
)
SELECT o.golden_id, o.field, o.value, o.raw, o.source, o.record_id, o.source_file, o.source_row,
    o.value IS NOT NULL AND CASE
        WHEN v.rule IS NULL THEN o.is_alone
        WHEN v.rule = 'union' THEN true
        ELSE v.record_id = o.record_id AND coalesce(o.value = o.held, false)
    END AS is_kept,
    coalesce(v.rule, CASE WHEN o.is_alone THEN 'only' END) AS rule
FROM offered o
LEFT JOIN standing.survivors v ON v.golden_id = o.golden_id AND v.field = o.field
WHERE o.value IS NOT NULL OR o.raw IS NOT NULL
UNION ALL
-- Values that the record they are credited to does not offer itself.
SELECT o.golden_id, o.field, o.held, NULL, o.source, o.record_id, o.source_file, o.source_row, true, v.rule
FROM offered o
JOIN standing.survivors v ON v.golden_id = o.golden_id AND v.field = o.field AND v.record_id = o.record_id
WHERE o.held IS NOT NULL AND v.rule <> 'union' AND (o.value IS NULL OR o.value <> o.held)
UNION ALL
-- Values that are credited to nobody who is a member now.
SELECT h.golden_id, h.field, h.held, NULL, r.source, v.record_id, r.source_file, r.source_row, true, v.rule
FROM ({held}) h
JOIN standing.survivors v ON v.golden_id = h.golden_id AND v.field = h.field
LEFT JOIN standing.membership m ON m.golden_id = v.golden_id AND m.record_id = v.record_id
LEFT JOIN standing.records r ON r.record_id = v.record_id
WHERE h.held IS NOT NULL AND v.rule <> 'union' AND m.record_id IS NULL
UNION ALL
SELECT m.golden_id, c.kind, c.value, c.raw, r.source, r.record_id, r.source_file, r.source_row,
    p.golden_id IS NOT NULL,
    CASE WHEN v.rule = 'manual' THEN v.rule WHEN g.n_records = 1 THEN 'only' ELSE 'union' END
FROM standing.membership m
JOIN standing.records r ON r.record_id = m.record_id
JOIN standing.contact_points c ON c.record_id = m.record_id
JOIN standing.golden g ON g.golden_id = m.golden_id
LEFT JOIN (SELECT DISTINCT golden_id, kind, coalesce(key, value) AS same FROM standing.golden_points s) p
    ON p.golden_id = m.golden_id AND p.kind = c.kind AND p.same = coalesce(c.key, c.value)
LEFT JOIN standing.survivors v ON v.golden_id = m.golden_id AND v.field = c.kind
UNION ALL
-- Addresses of the golden record that no member has as they are.
SELECT g.golden_id, g.kind, g.value, NULL, r.source, v.record_id, r.source_file, r.source_row, true, v.rule
FROM standing.golden_points g
LEFT JOIN (
    SELECT DISTINCT m.golden_id, c.kind, coalesce(c.key, c.value) AS same
    FROM standing.membership m JOIN standing.contact_points c ON c.record_id = m.record_id
) c ON c.golden_id = g.golden_id AND c.kind = g.kind AND c.same = coalesce(g.key, g.value)
LEFT JOIN standing.survivors v ON v.golden_id = g.golden_id AND v.field = g.kind
LEFT JOIN standing.records r ON r.record_id = v.record_id
WHERE c.golden_id IS NULL
UNION ALL
-- The country of an address whose record leaves it blank.
SELECT v.golden_id, v.field, g.country, NULL, r.source, v.record_id, r.source_file, r.source_row, true, v.rule
FROM standing.survivors v
JOIN standing.contact_points c ON c.record_id = v.record_id AND c.kind = 'address' AND c.country IS NULL
JOIN standing.golden_points g ON g.golden_id = v.golden_id AND g.kind = 'address'
    AND coalesce(g.key, g.value) = coalesce(c.key, c.value) AND g.country IS NOT NULL
LEFT JOIN standing.records r ON r.record_id = v.record_id
WHERE v.field = 'country'
ORDER BY golden_id, field, record_id, value, raw
