-- Rows of a file in the quarantine by their lines.
-- $1 city, $2 feed, $3 SHA-256 of the file, $4 lines
SELECT line, status, raw
  FROM quarantine
 WHERE city = $1 AND feed = $2 AND file_sha256 = $3 AND line = ANY ($4::bigint[])
 ORDER BY line;
