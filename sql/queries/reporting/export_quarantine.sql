-- The rejected rows; persons' numbers in the raw text were masked before they were stored. Bytes that are no text are shown as \x….
-- $1 city
SELECT feed, file_name, file_sha256, line, column_name, reason, message, encode(raw, 'escape') AS raw, rejected_at,
       status, run_id
  FROM quarantine
 WHERE city = $1
 ORDER BY feed COLLATE "C", rejected_at, file_sha256, line
