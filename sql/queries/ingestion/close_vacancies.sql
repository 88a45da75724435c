-- Derives the versions that full exports add to the versions of files, of the records in staging_records: a version is followed by a closing one at the
-- first full export after it that does not list the record (unless a newer version is known by then), and by its like, open again, at the
-- next that lists it. A version at the very moment of a full export stands against it. Where two versions of one moment differ, an open one counts.
-- How many closing and opening ones are new?
-- $1 city, $2 run id, $3 number of the file, $4 the clock of the file's first reading (unix seconds)
WITH touched AS MATERIALIZED (
  SELECT DISTINCT scope, record FROM staging_records WHERE city = $1
), stored AS MATERIALIZED (
  -- Each record is looked up in the index, however many there are: OFFSET keeps the server from reading the whole table instead.
  SELECT t.scope, t.record, v.*
    FROM touched t
   CROSS JOIN LATERAL (SELECT v.*, v.ctid AS place FROM vacancy_versions v
                        WHERE v.city = $1 AND v.source = t.scope AND v.posting_id = t.record OFFSET 0) v
), version AS (
  SELECT DISTINCT ON (v.source, v.posting_id, v.known_at) v.*, v.status <> 'closed' AS is_open
    FROM stored v
   WHERE v.line > 0
   ORDER BY v.source, v.posting_id, v.known_at, v.status <> 'closed' DESC, v.content_hash DESC
), span AS (
  SELECT v.*, coalesce(lead(v.known_at) OVER (PARTITION BY v.source, v.posting_id ORDER BY v.known_at), 'infinity') AS next_known_at
    FROM version v
), cut AS (
  SELECT s.*, a.absent_until,
         CASE WHEN a.absent_from > s.known_at THEN a.absent_from
              ELSE (SELECT min(e.moment) FROM full_exports e
                     WHERE e.city = $1 AND e.feed = 'vacancies' AND e.scope = s.scope AND e.moment > s.known_at) END AS closed_at
    FROM span s
    JOIN absences a ON a.city = $1 AND a.feed = 'vacancies' AND a.scope = s.scope AND a.record = s.record
                   AND a.absent_until > s.known_at AND a.absent_from < s.next_known_at
   WHERE s.is_open
), wanted AS (
  -- The marks keep the hashes of derived versions apart from those of files.
  SELECT c.*, c.closed_at AS at, true AS closes, c.content_hash # 4919131752989213764 AS hash
    FROM cut c WHERE c.closed_at < least(c.absent_until, c.next_known_at)
  UNION ALL
  SELECT c.*, c.absent_until, false, c.content_hash # 8608480567731124087
    FROM cut c WHERE c.closed_at < least(c.absent_until, c.next_known_at) AND c.absent_until < c.next_known_at
), gone AS (
  DELETE FROM vacancy_versions
   WHERE ctid = ANY (ARRAY(
           SELECT v.place FROM stored v
            WHERE v.line = 0
              AND NOT EXISTS (SELECT FROM wanted w
                               WHERE w.source = v.source AND w.posting_id = v.posting_id AND w.at = v.known_at AND w.hash = v.content_hash)))
), added AS (
  INSERT INTO vacancy_versions (city, source, posting_id, job, channel, credit_code, enterprise_name, region, chain, occupation, title, headcount, filled, salary_min, salary_max, education, posted_on, closes_on, status,
         known_at, content_hash, received_at, run_id, file_no, line)
  SELECT $1, w.source, w.posting_id, w.job, w.channel, w.credit_code, w.enterprise_name, w.region, w.chain, w.occupation, w.title, w.headcount, w.filled, w.salary_min, w.salary_max, w.education, w.posted_on, w.closes_on, CASE WHEN w.closes THEN 'closed' ELSE w.status END,
         w.at, w.hash, to_timestamp($4::double precision), $2, $3, 0
    FROM wanted w
   WHERE NOT EXISTS (SELECT FROM stored v
                      WHERE v.source = w.source AND v.posting_id = w.posting_id AND v.known_at = w.at AND v.content_hash = w.hash)
  RETURNING status <> 'closed' AS is_open
)
SELECT count(*) FILTER (WHERE NOT is_open) AS closed, count(*) FILTER (WHERE is_open) AS reopened FROM added;
