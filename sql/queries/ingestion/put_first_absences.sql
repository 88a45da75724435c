-- Enters the runs of absence of records that a file makes known, or known from an earlier moment on: between that and the moment from which the record
-- was known before, it is absent from every full export but the file itself and those that list it in an unread row. For a good row would have made it
-- known by the export's moment.
-- $1 city, $2 feed, $3 SHA-256 of the file
WITH earlier AS (
  SELECT scope, record, min(known_at) AS known_at, coalesce(min(first_known), 'infinity') AS first_known
    FROM staging_records
   WHERE city = $1 AND kind IN ('row', 'ahead') AND known_at < coalesce(first_known, 'infinity')
   GROUP BY scope, record
), next AS (
  -- The first full export whose listing of the record is known already.
  SELECT f.scope, f.record, min(e.moment) AS moment
    FROM earlier f JOIN full_exports e ON e.city = $1 AND e.feed = $2 AND e.scope = f.scope AND e.moment >= f.first_known
   GROUP BY f.scope, f.record
), seen AS (
  SELECT f.scope, f.record, e.moment, false AS is_next,
         e.file_sha256 = $3
           OR EXISTS (SELECT FROM unread_records u
                       WHERE u.city = $1 AND u.feed = $2 AND u.scope = f.scope AND u.record = f.record AND u.moment = e.moment) AS is_listed
    FROM earlier f
    JOIN full_exports e ON e.city = $1 AND e.feed = $2 AND e.scope = f.scope AND e.moment >= f.known_at AND e.moment < f.first_known
  UNION ALL
  SELECT n.scope, n.record, n.moment, true,
         NOT EXISTS (SELECT FROM absences a
                      WHERE a.city = $1 AND a.feed = $2 AND a.scope = n.scope AND a.record = n.record AND a.absent_from = n.moment)
    FROM next n
), turn AS (
  SELECT s.*, is_listed <> lag(is_listed, 1, true) OVER (PARTITION BY scope, record ORDER BY moment) AS turns FROM seen s
), run AS (
  SELECT scope, record, moment, is_next, is_listed, lead(moment) OVER (PARTITION BY scope, record ORDER BY moment) AS until
    FROM turn WHERE turns
), begun AS (
  -- A run that no listing ends goes over into the one that begins at the next full export.
  SELECT r.scope, r.record, r.moment, r.until, n.moment AS joined
    FROM run r LEFT JOIN next n ON r.until IS NULL AND n.scope = r.scope AND n.record = r.record
   WHERE NOT r.is_listed AND NOT r.is_next
), lengthened AS (
  UPDATE absences a SET absent_from = b.moment
    FROM begun b
   WHERE a.city = $1 AND a.feed = $2 AND a.scope = b.scope AND a.record = b.record AND a.absent_from = b.joined
)
INSERT INTO absences (city, feed, scope, record, absent_from, absent_until)
SELECT $1, $2, scope, record, moment, coalesce(until, 'infinity') FROM begun WHERE joined IS NULL;
