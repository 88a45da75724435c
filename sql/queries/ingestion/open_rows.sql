-- The rows of a file that are open in the quarantine, in the order of the file.
-- $1 city, $2 feed, $3 SHA-256 of the file, $4 reason (null: all)
SELECT line, column_name, reason, message, raw
  FROM quarantine
 WHERE city = $1 AND feed = $2 AND file_sha256 = $3 AND status = 'open' AND ($4::text IS NULL OR reason = $4)
 ORDER BY line;
