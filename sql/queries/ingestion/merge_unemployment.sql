-- Merges the staged rows of one file of the feed unemployment as versions, its rejected rows into the quarantine, and says what became of them.
--
-- A row whose key, known_at and content are stored already, or came before in the file, is unchanged and writes nothing. The others are new
-- versions: inserted when nothing was known of the key, late when a newer version was, updated otherwise; in the order of the file.
-- `staging_fresh` holds the lines whose version is not stored. All parts see the tables as they were before the statement, so `prior` does not
-- see `fresh`.
-- $1 city, $2 run id, $3 number of the file, $4 the run's clock (unix seconds), $5 SHA-256 of the file, $6 name of the file,
-- $7 number of rejected rows,
-- $8 whether these are rows from the quarantine, not the whole file
WITH repeated AS (
  SELECT DISTINCT person, registered_on FROM staging_unemployment WHERE repeated AND rejection IS NULL
), doubles AS (
  -- Rows that came before in the file, word for word.
  SELECT d.line
    FROM (SELECT s.line, row_number() OVER (PARTITION BY person, registered_on, s.known_at, s.content_hash ORDER BY s.line) AS number
            FROM staging_unemployment s JOIN repeated USING (person, registered_on)
           WHERE s.rejection IS NULL) d
   WHERE d.number > 1
), fresh AS (
  INSERT INTO unemployment_versions (city, person, registered_on, region, occupation, education, last_credit_code, reason,
         exited_on, exit_reason, known_at, content_hash,
                        received_at, run_id, file_no, line)
  SELECT $1, s.person, s.registered_on, s.region, s.occupation, s.education, s.last_credit_code, s.reason_left, s.exited_on,
         s.exit_reason, s.known_at, s.content_hash,
         to_timestamp($4::double precision), $2, $3, s.line
    FROM staging_unemployment s
   WHERE s.line IN (SELECT line FROM staging_fresh) AND s.line NOT IN (SELECT line FROM doubles)
  RETURNING person, registered_on, known_at, line
), prior AS (
  SELECT v.person, v.registered_on, max(v.known_at) AS newest
    FROM unemployment_versions v
   WHERE v.city = $1 AND (v.person, v.registered_on) IN (SELECT n.person, n.registered_on FROM fresh n)
   GROUP BY v.person, v.registered_on
), several AS (
  -- Versions of keys that may occur more than once in the file: what was newest before each of them.
  SELECT n.known_at, greatest(p.newest, max(n.known_at) OVER before) AS newest
    FROM fresh n JOIN repeated USING (person, registered_on) LEFT JOIN prior p USING (person, registered_on)
  WINDOW before AS (PARTITION BY n.person, n.registered_on ORDER BY n.line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), single AS (
  SELECT n.known_at, p.newest
    FROM fresh n JOIN prior p USING (person, registered_on)
   WHERE (n.person, n.registered_on) NOT IN (SELECT person, registered_on FROM repeated)
), versions AS (
  SELECT * FROM several UNION ALL SELECT * FROM single
), quarantined AS (
  INSERT INTO quarantine (city, feed, file_sha256, line, run_id, file_name, column_name, reason, message, raw, rejected_at)
  SELECT $1, 'unemployment', $5, s.line, $2, $6, s.column_name, s.rejection, s.message, s.raw, to_timestamp($4::double precision)
    FROM staging_unemployment s
   WHERE $7::bigint > 0 AND s.rejection IS NOT NULL
  ON CONFLICT (city, feed, file_sha256, line) DO UPDATE
     SET status = 'open', resolved_run_id = NULL, column_name = excluded.column_name, reason = excluded.reason,
         message = excluded.message
   WHERE quarantine.status <> 'open' OR quarantine.reason <> excluded.reason
), passed AS (
  -- Rows of the same file that were rejected by an earlier reading and pass today's rules.
  UPDATE quarantine q SET status = 'replayed', resolved_run_id = $2
   WHERE q.city = $1 AND q.feed = 'unemployment' AND q.file_sha256 = $5 AND q.status = 'open'
     AND q.line NOT IN (SELECT s.line FROM staging_unemployment s WHERE s.rejection IS NOT NULL)
     AND (NOT $8::boolean OR q.line IN (SELECT s.line FROM staging_unemployment s WHERE s.rejection IS NULL))
  RETURNING 1
)
SELECT (SELECT count(*) FROM fresh) AS stored,
       (SELECT count(*) FROM versions WHERE known_at >= newest) AS updated,
       (SELECT count(*) FROM versions WHERE known_at < newest) AS late,
       (SELECT count(*) FROM passed) AS passed;
