-- Merges the staged rows of one file of the feed vacancies as versions, its rejected rows into the quarantine, and says what became of them.
--
-- A row whose key, known_at and content are stored already, or came before in the file, is unchanged and writes nothing. The others are new
-- versions: inserted when nothing was known of the key, late when a newer version was, updated otherwise; in the order of the file.
-- `staging_fresh` holds the lines whose version is not stored. All parts see the tables as they were before the statement, so `prior` does not
-- see `fresh`.
-- $1 city, $2 run id, $3 number of the file, $4 the run's clock (unix seconds), $5 SHA-256 of the file, $6 name of the file,
-- $7 number of rejected rows,
-- $8 whether these are rows from the quarantine, not the whole file
WITH repeated AS (
  SELECT DISTINCT source, posting_id FROM staging_vacancies WHERE repeated AND rejection IS NULL
), doubles AS (
  -- Rows that came before in the file, word for word.
  SELECT d.line
    FROM (SELECT s.line, row_number() OVER (PARTITION BY source, posting_id, s.known_at, s.content_hash ORDER BY s.line) AS number
            FROM staging_vacancies s JOIN repeated USING (source, posting_id)
           WHERE s.rejection IS NULL) d
   WHERE d.number > 1
), fresh AS (
  INSERT INTO vacancy_versions (city, source, posting_id, job, channel, credit_code, enterprise_name, region, chain, occupation,
         title, headcount, filled, salary_min, salary_max, education, posted_on, closes_on, status, known_at, content_hash,
                        received_at, run_id, file_no, line)
  SELECT $1, s.source, s.posting_id, s.job, s.channel, s.credit_code, s.enterprise_name, s.region, s.chain, s.occupation,
         s.title, s.headcount, s.filled, s.salary_min, s.salary_max, s.education, s.posted_on, s.closes_on, s.status,
         s.known_at, s.content_hash,
         to_timestamp($4::double precision), $2, $3, s.line
    FROM staging_vacancies s
   WHERE s.line IN (SELECT line FROM staging_fresh) AND s.line NOT IN (SELECT line FROM doubles)
  RETURNING source, posting_id, known_at, line
), prior AS (
  SELECT v.source, v.posting_id, max(v.known_at) AS newest
    FROM vacancy_versions v
   WHERE v.city = $1 AND (v.source, v.posting_id) IN (SELECT n.source, n.posting_id FROM fresh n)
   GROUP BY v.source, v.posting_id
), several AS (
  -- Versions of keys that may occur more than once in the file: what was newest before each of them.
  SELECT n.known_at, greatest(p.newest, max(n.known_at) OVER before) AS newest
    FROM fresh n JOIN repeated USING (source, posting_id) LEFT JOIN prior p USING (source, posting_id)
  WINDOW before AS (PARTITION BY n.source, n.posting_id ORDER BY n.line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), single AS (
  SELECT n.known_at, p.newest
    FROM fresh n JOIN prior p USING (source, posting_id)
   WHERE (n.source, n.posting_id) NOT IN (SELECT source, posting_id FROM repeated)
), versions AS (
  SELECT * FROM several UNION ALL SELECT * FROM single
), quarantined AS (
  INSERT INTO quarantine (city, feed, file_sha256, line, run_id, file_name, column_name, reason, message, raw, rejected_at)
  SELECT $1, 'vacancies', $5, s.line, $2, $6, s.column_name, s.rejection, s.message, s.raw, to_timestamp($4::double precision)
    FROM staging_vacancies s
   WHERE $7::bigint > 0 AND s.rejection IS NOT NULL
  ON CONFLICT (city, feed, file_sha256, line) DO UPDATE
     SET status = 'open', resolved_run_id = NULL, column_name = excluded.column_name, reason = excluded.reason,
         message = excluded.message
   WHERE quarantine.status <> 'open' OR quarantine.reason <> excluded.reason
), passed AS (
  -- Rows of the same file that were rejected by an earlier reading and pass today's rules.
  UPDATE quarantine q SET status = 'replayed', resolved_run_id = $2
   WHERE q.city = $1 AND q.feed = 'vacancies' AND q.file_sha256 = $5 AND q.status = 'open'
     AND q.line NOT IN (SELECT s.line FROM staging_vacancies s WHERE s.rejection IS NOT NULL)
     AND (NOT $8::boolean OR q.line IN (SELECT s.line FROM staging_vacancies s WHERE s.rejection IS NULL))
  RETURNING 1
)
SELECT (SELECT count(*) FROM fresh) AS stored,
       (SELECT count(*) FROM versions WHERE known_at >= newest) AS updated,
       (SELECT count(*) FROM versions WHERE known_at < newest) AS late,
       (SELECT count(*) FROM passed) AS passed;
