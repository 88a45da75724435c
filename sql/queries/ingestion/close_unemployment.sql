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
   CROSS JOIN LATERAL (SELECT v.*, v.ctid AS place FROM unemployment_versions v
                        WHERE v.city = $1 AND t.scope = '' AND v.person = decode(split_part(t.record, ' ', 1), 'hex') AND v.registered_on = split_part(t.record, ' ', 2)::date OFFSET 0) v
), version AS (
  SELECT DISTINCT ON (v.person, v.registered_on, v.known_at) v.*, v.exited_on IS NULL AS is_open
    FROM stored v
   WHERE v.line > 0
   ORDER BY v.person, v.registered_on, v.known_at, v.exited_on IS NULL DESC, v.content_hash DESC
), span AS (
  SELECT v.*, coalesce(lead(v.known_at) OVER (PARTITION BY v.person, v.registered_on ORDER BY v.known_at), 'infinity') AS next_known_at
    FROM version v
), cut AS (
  SELECT s.*, a.absent_until,
         CASE WHEN a.absent_from > s.known_at THEN a.absent_from
              ELSE (SELECT min(e.moment) FROM full_exports e
                     WHERE e.city = $1 AND e.feed = 'unemployment' AND e.scope = s.scope AND e.moment > s.known_at) END AS closed_at
    FROM span s
    JOIN absences a ON a.city = $1 AND a.feed = 'unemployment' AND a.scope = s.scope AND a.record = s.record
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
  DELETE FROM unemployment_versions
   WHERE ctid = ANY (ARRAY(
           SELECT v.place FROM stored v
            WHERE v.line = 0
              AND NOT EXISTS (SELECT FROM wanted w
                               WHERE w.person = v.person AND w.registered_on = v.registered_on AND w.at = v.known_at AND w.hash = v.content_hash)))
), added AS (
  INSERT INTO unemployment_versions (city, person, registered_on, region, occupation, education, last_credit_code, reason, exited_on, exit_reason,
         known_at, content_hash, received_at, run_id, file_no, line)
  SELECT $1, w.person, w.registered_on, w.region, w.occupation, w.education, w.last_credit_code, w.reason, CASE WHEN w.closes THEN greatest(w.at::date, w.registered_on) ELSE w.exited_on END, w.exit_reason,
         w.at, w.hash, to_timestamp($4::double precision), $2, $3, 0
    FROM wanted w
   WHERE NOT EXISTS (SELECT FROM stored v
                      WHERE v.person = w.person AND v.registered_on = w.registered_on AND v.known_at = w.at AND v.content_hash = w.hash)
  RETURNING exited_on IS NULL AS is_open
)
SELECT count(*) FILTER (WHERE NOT is_open) AS closed, count(*) FILTER (WHERE is_open) AS reopened FROM added;
