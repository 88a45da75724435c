-- Marks the rows of a file that a run took from a clerk's workbook: they were linked to the run as replayed.
-- $1 city, $2 feed, $3 SHA-256 of the file, $4 run, $5 lines
UPDATE quarantine SET status = 'corrected'
 WHERE city = $1 AND feed = $2 AND file_sha256 = $3 AND resolved_run_id = $4 AND status = 'replayed' AND line = ANY ($5::bigint[]);
