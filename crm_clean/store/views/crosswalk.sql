-- One row for every input row that was read, in the order it came.
SELECT f.source_file, w.source_row, r.source_record_id, m.golden_id, m.match_probability
FROM standing.raw_rows w
JOIN standing.files f USING (file_id)
LEFT JOIN standing.membership m USING (record_id)
LEFT JOIN standing.records r USING (record_id)
ORDER BY f.run, f.seq, w.source_row
