-- Puts rows of a list that officers filled in into the quarantine; a row that stands there already is open again,
-- unless a later row about its alert was taken: that one is the correction, however often the older list is read.
-- $1 city, $2 run, $3 SHA-256 of the file, $4 its name, $5 the run's clock (unix seconds), $6 lines, $7 columns, $8 reasons, $9 messages, $10 cells
INSERT INTO quarantine (city, feed, file_sha256, line, run_id, file_name, column_name, reason, message, raw, rejected_at)
SELECT $1, 'alerts', $3, r.line, $2, $4, r.column_name, r.reason, r.message, convert_to(r.raw, 'UTF8'), to_timestamp($5::double precision)
  FROM unnest($6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[]) AS r (line, column_name, reason, message, raw)
ON CONFLICT (city, feed, file_sha256, line) DO UPDATE
   SET status = 'open', resolved_run_id = NULL, column_name = excluded.column_name, reason = excluded.reason, message = excluded.message
 WHERE quarantine.status <> 'corrected'
