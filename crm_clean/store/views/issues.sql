-- Each finding with where its record came from: the rows behind a code are one query away.
SELECT i.code, i.field, i.record_id, r.source, r.source_file, r.source_row, r.source_record_id, i.raw, i.suggestion,
    i.run
FROM standing.issues i
LEFT JOIN standing.records r USING (record_id)
ORDER BY i.run, i.seq
