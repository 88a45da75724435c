-- Derives the versions that full exports add to the versions of files, of the records in staging_records: a version is followed by a closing one at the
-- first full export after it that does not list the record (unless a newer version is known by then), and by its like, open again, at the
-- next that lists it. A version at the very moment of a full export stands against it. Where two versions of one moment differ, an open one counts.
-- Rows are looked up by key and place, however many there are: OFFSET keeps the server from reading the whole table instead.
-- How many closing and opening ones are new?
-- $1 city, $2 run id, $3 number of the file, $4 the clock of the file's first reading (unix seconds)
WITH touched AS MATERIALIZED (
  SELECT DISTINCT scope, record FROM staging_records WHERE city = $1
), stored AS MATERIALIZED (
  SELECT t.scope, t.record, v.*
    FROM touched t
   CROSS JOIN LATERAL (SELECT v.known_at, v.content_hash AS hash, v.exited_on IS NULL AS is_open, v.line = 0 AS is_derived, v.ctid AS place
                         FROM unemployment_versions v
                        WHERE v.city = $1 AND t.scope = '' AND v.person = decode(split_part(t.record, ' ', 1), 'hex')
                          AND v.registered_on = split_part(t.record, ' ', 2)::date OFFSET 0) v
), version AS (
  SELECT DISTINCT ON (scope, record, known_at) scope, record, known_at, hash, is_open, place
    FROM stored
   WHERE NOT is_derived
   ORDER BY scope, record, known_at, is_open DESC, hash DESC
), span AS (
  SELECT v.*, coalesce(lead(known_at) OVER (PARTITION BY scope, record ORDER BY known_at), 'infinity') AS next_known_at
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
  SELECT c.scope, c.record, c.place, d.*
    FROM cut c
   CROSS JOIN LATERAL (VALUES (c.closed_at, true, c.hash # 4919131752989213764),
                              (c.absent_until, false, c.hash # 8608480567731124087)) AS d (known_at, closes, hash)
   WHERE c.closed_at < least(c.absent_until, c.next_known_at) AND (d.closes OR c.absent_until < c.next_known_at)
), gone AS (
  DELETE FROM unemployment_versions
   WHERE ctid = ANY (ARRAY(
           SELECT s.place FROM stored s
            WHERE s.is_derived
              AND NOT EXISTS (SELECT FROM wanted w
                               WHERE w.scope = s.scope AND w.record = s.record AND w.known_at = s.known_at AND w.hash = s.hash)))
), added AS (
  INSERT INTO unemployment_versions (city, person, registered_on, region, occupation, education, last_credit_code, reason, exited_on, exit_reason,
         known_at, content_hash, received_at, run_id, file_no, line)
  SELECT $1, v.person, v.registered_on, v.region, v.occupation, v.education, v.last_credit_code, v.reason,
         CASE WHEN w.closes THEN greatest(w.known_at::date, v.registered_on) ELSE v.exited_on END, v.exit_reason,
         w.known_at, w.hash, to_timestamp($4::double precision), $2, $3, 0
    FROM wanted w
   CROSS JOIN LATERAL (SELECT * FROM unemployment_versions v WHERE v.ctid = w.place OFFSET 0) v
   WHERE NOT EXISTS (SELECT FROM stored s
                      WHERE s.scope = w.scope AND s.record = w.record AND s.known_at = w.known_at AND s.hash = w.hash)
  RETURNING exited_on IS NULL AS is_open
)
SELECT count(*) FILTER (WHERE NOT is_open) AS closed, count(*) FILTER (WHERE is_open) AS reopened FROM added;
