-- Merges the staged rows of one file of the feed indicators as versions, its rejected rows into the quarantine, and says what became of them.
--
-- A row whose key, known_at and content are stored already, or came before in the file, is unchanged and writes nothing. The others are new
-- versions: inserted when nothing was known of the key, late when a newer version was, updated otherwise; in the order of the file.
-- `staging_fresh` holds the lines whose version is not stored. All parts see the tables as they were before the statement, so `prior` does not
-- see `fresh`.
-- $1 city, $2 run id, $3 number of the file, $4 the run's clock (unix seconds), $5 SHA-256 of the file, $6 name of the file,
-- $7 number of rejected rows,
-- $8 whether these are rows from the quarantine, not the whole file
WITH repeated AS (
  SELECT DISTINCT series, region, chain, month FROM staging_indicators WHERE repeated AND rejection IS NULL
), doubles AS (
  -- Rows that came before in the file, word for word.
  SELECT d.line
    FROM (SELECT s.line, row_number() OVER (PARTITION BY series, region, chain, month, s.known_at, s.content_hash ORDER BY s.line) AS number
            FROM staging_indicators s JOIN repeated USING (series, region, chain, month)
           WHERE s.rejection IS NULL) d
   WHERE d.number > 1
), fresh AS (
  INSERT INTO indicator_versions (city, series, region, chain, month, openings_end, openings_new, hires, separations,
         employment, unemployed, known_at, content_hash,
                        received_at, run_id, file_no, line)
  SELECT $1, s.series, s.region, s.chain, s.month, s.openings_end, s.openings_new, s.hires, s.separations, s.employment,
         s.unemployed, s.known_at, s.content_hash,
         to_timestamp($4::double precision), $2, $3, s.line
    FROM staging_indicators s
   WHERE s.line IN (SELECT line FROM staging_fresh) AND s.line NOT IN (SELECT line FROM doubles)
  RETURNING series, region, chain, month, known_at, line
), prior AS (
  SELECT v.series, v.region, v.chain, v.month, max(v.known_at) AS newest
    FROM indicator_versions v
   WHERE v.city = $1 AND (v.series, v.region, v.chain, v.month) IN (SELECT n.series, n.region, n.chain, n.month FROM fresh n)
   GROUP BY v.series, v.region, v.chain, v.month
), several AS (
  -- Versions of keys that may occur more than once in the file: what was newest before each of them.
  SELECT n.known_at, greatest(p.newest, max(n.known_at) OVER before) AS newest
    FROM fresh n JOIN repeated USING (series, region, chain, month) LEFT JOIN prior p USING (series, region, chain, month)
  WINDOW before AS (PARTITION BY n.series, n.region, n.chain, n.month ORDER BY n.line ROWS BETWEEN UNBOUNDED PRECEDING AND 1
         PRECEDING)
), single AS (
  SELECT n.known_at, p.newest
    FROM fresh n JOIN prior p USING (series, region, chain, month)
   WHERE (n.series, n.region, n.chain, n.month) NOT IN (SELECT series, region, chain, month FROM repeated)
), versions AS (
  SELECT * FROM several UNION ALL SELECT * FROM single
), quarantined AS (
  INSERT INTO quarantine (city, feed, file_sha256, line, run_id, file_name, column_name, reason, message, raw, rejected_at)
  SELECT $1, 'indicators', $5, s.line, $2, $6, s.column_name, s.rejection, s.message, s.raw, to_timestamp($4::double precision)
    FROM staging_indicators s
   WHERE $7::bigint > 0 AND s.rejection IS NOT NULL
  ON CONFLICT (city, feed, file_sha256, line) DO UPDATE
     SET status = 'open', resolved_run_id = NULL, column_name = excluded.column_name, reason = excluded.reason,
         message = excluded.message
   WHERE quarantine.status <> 'open' OR quarantine.reason <> excluded.reason
), passed AS (
  -- Rows of the same file that were rejected by an earlier reading and pass today's rules.
  UPDATE quarantine q SET status = 'replayed', resolved_run_id = $2
   WHERE q.city = $1 AND q.feed = 'indicators' AND q.file_sha256 = $5 AND q.status = 'open'
     AND q.line NOT IN (SELECT s.line FROM staging_indicators s WHERE s.rejection IS NOT NULL)
     AND (NOT $8::boolean OR q.line IN (SELECT s.line FROM staging_indicators s WHERE s.rejection IS NULL))
  RETURNING 1
)
SELECT (SELECT count(*) FROM fresh) AS stored,
       (SELECT count(*) FROM versions WHERE known_at >= newest) AS updated,
       (SELECT count(*) FROM versions WHERE known_at < newest) AS late,
       (SELECT count(*) FROM passed) AS passed;
