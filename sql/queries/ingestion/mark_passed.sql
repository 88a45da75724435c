-- Marks the rows of a file that were rejected by an earlier reading and pass today's rules. How many were they?
-- $1 city, $2 feed, $3 run id, $4 SHA-256 of the file, $5 the lines that were read (null: the whole file)
WITH passed AS (
  UPDATE quarantine q SET status = 'replayed', resolved_run_id = $3
   WHERE q.city = $1 AND q.feed = $2 AND q.file_sha256 = $4 AND q.status = 'open'
     AND q.line NOT IN (SELECT s.line FROM staging_rejects s WHERE s.city = $1)
     AND ($5::bigint[] IS NULL OR q.line = ANY ($5::bigint[]))
  RETURNING 1
)
SELECT count(*) FROM passed;
