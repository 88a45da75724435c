-- The files of which rows are open in the quarantine, with how they were read.
-- $1 city, $2 feed (null: all)
SELECT q.feed, q.file_sha256, max(q.file_name) AS file_name, count(*) AS rows, f.file_type, f.charset, f.delimiter, f.header,
       bool_or(q.reason = 'invalid_credit_code') AS has_code
  FROM quarantine q
  LEFT JOIN LATERAL (
       SELECT r.file_type, r.charset, r.delimiter, r.header
         FROM run_files r
        WHERE r.city = $1 AND r.feed = q.feed AND r.sha256 = q.file_sha256 AND r.header IS NOT NULL
        ORDER BY r.run_id DESC, r.file_no DESC
        LIMIT 1) f ON true
 WHERE q.city = $1 AND q.status = 'open' AND ($2::text IS NULL OR q.feed = $2)
 GROUP BY q.feed, q.file_sha256, f.file_type, f.charset, f.delimiter, f.header
 ORDER BY min(q.run_id), q.feed, max(q.file_name), q.file_sha256;
