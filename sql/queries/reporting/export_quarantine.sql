-- The rejected rows; persons' numbers in the raw bytes were masked before they were stored. The last column is the charset of the bytes.
-- $1 city
WITH charsets AS (
  SELECT DISTINCT ON (feed, sha256) feed, sha256, charset
    FROM run_files
   WHERE city = $1 AND charset IS NOT NULL
   ORDER BY feed, sha256, run_id DESC, file_no DESC
)
SELECT q.feed, q.file_name, q.file_sha256, q.line, q.column_name, q.reason, q.message, q.raw, q.rejected_at, q.status, q.run_id,
       q.resolved_run_id, c.charset
  FROM quarantine q LEFT JOIN charsets c ON c.feed = q.feed AND c.sha256 = q.file_sha256
 WHERE q.city = $1
 ORDER BY q.feed COLLATE "C", q.rejected_at, q.file_sha256, q.line
