-- A file's place in the order of receipt: run, number and clock (unix seconds) of its first reading. No row: it was never taken.
-- $1 city, $2 feed, $3 SHA-256 of the file
SELECT f.run_id, f.file_no, extract(epoch FROM r.clock)::bigint AS clock
  FROM run_files f JOIN runs r ON r.city = f.city AND r.run_id = f.run_id
 WHERE f.city = $1 AND f.feed = $2 AND f.sha256 = $3 AND f.status = 'taken'
 ORDER BY f.run_id, f.file_no
 LIMIT 1;
