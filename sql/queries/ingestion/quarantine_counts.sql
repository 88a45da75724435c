-- How many rows stand in the quarantine, by feed, file and reason.
-- $1 city, $2 feed (null: all), $3 reason (null: all), $4 status (null: all)
SELECT feed, file_name, left(file_sha256, 8) AS file, reason, status, count(*) AS rows, min(line) AS first_line
  FROM quarantine
 WHERE city = $1 AND ($2::text IS NULL OR feed = $2) AND ($3::text IS NULL OR reason = $3) AND ($4::text IS NULL OR status = $4)
 GROUP BY feed, file_name, file_sha256, reason, status
 ORDER BY feed, file_name, file_sha256, reason, status;
