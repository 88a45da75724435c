-- A file that has rows in the quarantine, and how it was read.
-- $1 city, $2 feed, $3 SHA-256 of the file
SELECT max(q.file_name) AS file_name, f.file_type, f.charset, f.delimiter, f.header
  FROM quarantine q
  LEFT JOIN LATERAL (
       SELECT r.file_type, r.charset, r.delimiter, r.header
         FROM run_files r
        WHERE r.city = $1 AND r.feed = q.feed AND r.sha256 = q.file_sha256 AND r.header IS NOT NULL
        ORDER BY r.run_id DESC, r.file_no DESC
        LIMIT 1) f ON true
 WHERE q.city = $1 AND q.feed = $2 AND q.file_sha256 = $3
 GROUP BY f.file_type, f.charset, f.delimiter, f.header;
