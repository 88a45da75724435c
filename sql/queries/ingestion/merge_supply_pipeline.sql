-- Merges the staged rows of one file of the feed supply_pipeline as versions, its rejected rows into the quarantine, and says what became of them.
--
-- A row whose key, known_at and content are stored already, or came before in the file, is unchanged and writes nothing. The others are new
-- versions: inserted when nothing was known of the key, late when a newer version was, updated otherwise; in the order of the file.
-- `staging_fresh` holds the rows whose version was not stored before the file.
-- The moment of reporting is part of this feed's key: a row is never late.
-- $1 city, $2 run id, $3 number of the file at its first reading, $4 the run's clock (unix seconds), $5 SHA-256 of the file, $6 name of the file,
-- $7 number of rejected rows, $8 whether these are rows from the quarantine, not the whole file,
-- $9 run and $10 clock (unix seconds) of the file's first reading, its place in the order of receipt
WITH repeated AS (
  -- Keys that may occur more than once in the file.
  SELECT DISTINCT program, region, chain, occupation, month, known_at FROM staging_fresh WHERE repeated
), doubles AS (
  -- Rows that came before in the file, word for word.
  SELECT d.line
    FROM (SELECT f.line,
                 row_number() OVER (PARTITION BY program, region, chain, occupation, month, known_at, content_hash ORDER BY f.line) AS number
            FROM staging_fresh f JOIN repeated USING (program, region, chain, occupation, month, known_at)) d
   WHERE d.number > 1
), stored AS (
  INSERT INTO supply_pipeline_versions (city, program, region, chain, occupation, month, persons, known_at, content_hash, received_at, run_id, file_no, line)
  SELECT $1, s.program, s.region, s.chain, s.occupation, s.month, s.persons, s.known_at, s.content_hash, to_timestamp($10::double precision), $9,
         $3, s.line
    FROM staging_fresh f JOIN staging_supply_pipeline s ON s.line = f.line
   WHERE s.line NOT IN (SELECT line FROM doubles)
), versions AS (
  -- Each new version with what was newest of its key before it: stored before the file, or earlier in the file.
  SELECT f.known_at, f.newest
    FROM staging_fresh f
   WHERE (f.program, f.region, f.chain, f.occupation, f.month, f.known_at) NOT IN (SELECT program, region, chain, occupation, month, known_at FROM repeated)
  UNION ALL
  SELECT f.known_at, greatest(f.newest, max(f.known_at) OVER before)
    FROM staging_fresh f JOIN repeated USING (program, region, chain, occupation, month, known_at)
   WHERE f.line NOT IN (SELECT line FROM doubles)
  WINDOW before AS (PARTITION BY program, region, chain, occupation, month, known_at ORDER BY f.line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), quarantined AS (
  INSERT INTO quarantine (city, feed, file_sha256, line, run_id, file_name, column_name, reason, message, raw, rejected_at)
  SELECT $1, 'supply_pipeline', $5, s.line, $2, $6, s.column_name, s.rejection, s.message, s.raw,
         to_timestamp($4::double precision)
    FROM staging_supply_pipeline s
   WHERE $7::bigint > 0 AND s.rejection IS NOT NULL
  ON CONFLICT (city, feed, file_sha256, line) DO UPDATE
     SET status = 'open', resolved_run_id = NULL, column_name = excluded.column_name, reason = excluded.reason,
         message = excluded.message
   WHERE quarantine.status <> 'open' OR quarantine.reason <> excluded.reason
), passed AS (
  -- Rows of the same file that were rejected by an earlier reading and pass today's rules.
  UPDATE quarantine q SET status = 'replayed', resolved_run_id = $2
   WHERE q.city = $1 AND q.feed = 'supply_pipeline' AND q.file_sha256 = $5 AND q.status = 'open'
     AND (SELECT EXISTS (SELECT FROM quarantine o
                          WHERE o.city = $1 AND o.feed = 'supply_pipeline' AND o.file_sha256 = $5 AND o.status = 'open'))
     AND q.line NOT IN (SELECT s.line FROM staging_supply_pipeline s WHERE s.rejection IS NOT NULL)
     AND (NOT $8::boolean OR q.line IN (SELECT s.line FROM staging_supply_pipeline s WHERE s.rejection IS NULL))
  RETURNING 1
)
SELECT count(*) AS stored,
       count(*) FILTER (WHERE known_at >= newest) AS updated,
       count(*) FILTER (WHERE known_at < newest) AS late,
       (SELECT count(*) FROM passed) AS passed
  FROM versions;
