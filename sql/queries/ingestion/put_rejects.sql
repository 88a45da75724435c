-- Puts a file's staged rejected rows into the quarantine; a row that stands there already is open again.
-- $1 city, $2 feed, $3 run id, $4 SHA-256 of the file, $5 name of the file, $6 the run's clock (unix seconds)
WITH reopened AS (
  UPDATE quarantine q
     SET status = 'open', resolved_run_id = NULL, column_name = s.column_name, reason = s.reason, message = s.message
    FROM staging_rejects s
   WHERE s.city = $1 AND q.city = $1 AND q.feed = $2 AND q.file_sha256 = $4 AND q.line = s.line
     AND (q.status <> 'open' OR q.reason <> s.reason)
)
INSERT INTO quarantine (city, feed, file_sha256, line, run_id, file_name, column_name, reason, message, raw, rejected_at)
SELECT $1, $2, $4, s.line, $3, $5, s.column_name, s.reason, s.message, s.raw, to_timestamp($6::double precision)
  FROM staging_rejects s
 WHERE s.city = $1
   AND NOT EXISTS (SELECT FROM quarantine q WHERE q.city = $1 AND q.feed = $2 AND q.file_sha256 = $4 AND q.line = s.line);
