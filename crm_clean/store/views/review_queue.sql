-- Pairs for a person to judge, nearest to even odds first.
SELECT l.source_file AS left_file, l.source_row AS left_row, r.source_file AS right_file, r.source_row AS right_row,
    p.probability AS match_probability, p.levels AS reason, l.full_name AS left_full_name,
    r.full_name AS right_full_name, l.company AS left_company, r.company AS right_company, p.left_id, p.right_id
FROM standing.pairs p
JOIN standing.records l ON l.record_id = p.left_id
JOIN standing.records r ON r.record_id = p.right_id
WHERE p.verdict IN ('review', 'cut')
ORDER BY abs(p.probability - 0.5), p.left_id, p.right_id
