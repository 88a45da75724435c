-- Single rows of the quarantine.
-- $1 city, $2 feed (null: all), $3 reason (null: all), $4 status (null: all), $5 first digits of the file's SHA-256 (null: all),
-- $6 line (null: all), $7 most rows
SELECT feed, file_name, left(file_sha256, 8) AS file, line, column_name, reason, message, raw, status, run_id, resolved_run_id,
       (SELECT f.charset
          FROM run_files f
         WHERE f.city = $1 AND f.feed = q.feed AND f.sha256 = q.file_sha256 AND f.charset IS NOT NULL
         ORDER BY f.run_id DESC, f.file_no DESC
         LIMIT 1) AS charset,
       to_char(rejected_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS rejected_at
  FROM quarantine q
 WHERE city = $1 AND ($2::text IS NULL OR feed = $2) AND ($3::text IS NULL OR reason = $3) AND ($4::text IS NULL OR status = $4)
   AND ($5::text IS NULL OR starts_with(file_sha256, $5)) AND ($6::bigint IS NULL OR line = $6)
 ORDER BY feed, file_name, file_sha256, line
 LIMIT $7;
