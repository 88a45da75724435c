-- Brings the runs of absence up to date with a file: a full export, or any file of a feed that has full exports (its first versions of records make these
-- known: they were absent from every full export but the file itself). Each record falls into one case only. Notes all records whose derived versions
-- may change in staging_records, where the missing ones stand already.
-- $1 city, $2 feed, $3 SHA-256 of the file
WITH export AS (
  SELECT e.scope, e.moment,
         coalesce((SELECT min(n.moment) FROM full_exports n
                    WHERE n.city = $1 AND n.feed = $2 AND n.scope = e.scope AND n.moment > e.moment), 'infinity') AS next
    FROM full_exports e
   WHERE e.city = $1 AND e.feed = $2 AND e.file_sha256 = $3
), fresh AS (
  SELECT s.scope, s.record, bool_or(f.is_first) AS is_first
    FROM staging_fresh f JOIN staged_records s ON s.city = $1 AND s.feed = $2 AND s.ordinal = f.ordinal
   WHERE f.city = $1
   GROUP BY s.scope, s.record
), missing AS (
  SELECT k.scope, k.record, e.moment, e.next
    FROM staging_records k JOIN export e USING (scope)
   WHERE k.city = $1 AND k.is_missing
), lengthened AS (
  -- Absent from the next full export too: the run begins earlier.
  UPDATE absences a SET absent_from = m.moment
    FROM missing m
   WHERE a.city = $1 AND a.feed = $2 AND a.scope = m.scope AND a.record = m.record AND a.absent_from = m.next
), begun AS (
  INSERT INTO absences (city, feed, scope, record, absent_from, absent_until)
  SELECT $1, $2, m.scope, m.record, m.moment, m.next
    FROM missing m
   WHERE NOT EXISTS (SELECT FROM absences a
                      WHERE a.city = $1 AND a.feed = $2 AND a.scope = m.scope AND a.record = m.record AND a.absent_from = m.next)
     -- The run before it reaches as far as the next full export that lists the record already.
     AND NOT EXISTS (SELECT FROM absences a
                      WHERE a.city = $1 AND a.feed = $2 AND a.scope = m.scope AND a.record = m.record
                        AND a.absent_from <= m.moment AND a.absent_until > m.moment)
), listed AS (
  -- Runs that the file interrupts, for it lists the record.
  SELECT a.scope, a.record, a.absent_from, a.absent_until, e.moment, e.next
    FROM absences a JOIN export e ON e.scope = a.scope AND a.absent_from <= e.moment AND a.absent_until > e.moment
   WHERE a.city = $1 AND a.feed = $2
     AND (a.scope, a.record) IN (SELECT s.scope, s.record FROM staged_records s WHERE s.city = $1 AND s.feed = $2
                                 UNION ALL
                                 SELECT s.scope, s.record FROM staging_rejects s WHERE s.city = $1)
), shortened AS (
  UPDATE absences a SET absent_until = l.moment
    FROM listed l
   WHERE a.city = $1 AND a.feed = $2 AND a.scope = l.scope AND a.record = l.record AND a.absent_from = l.absent_from
     AND l.absent_from < l.moment
), ended AS (
  DELETE FROM absences a USING listed l
   WHERE a.city = $1 AND a.feed = $2 AND a.scope = l.scope AND a.record = l.record AND a.absent_from = l.absent_from
     AND l.absent_from = l.moment
), resumed AS (
  INSERT INTO absences (city, feed, scope, record, absent_from, absent_until)
  SELECT $1, $2, scope, record, next, absent_until FROM listed WHERE next < absent_until
), seen AS (
  -- Of records that are new, the full exports and whether each lists the record.
  SELECT f.scope, f.record, e.moment,
         e.file_sha256 = $3
           OR EXISTS (SELECT FROM unread_records u
                       WHERE u.city = $1 AND u.feed = $2 AND u.scope = f.scope AND u.record = f.record AND u.moment = e.moment) AS is_listed
    FROM fresh f JOIN full_exports e ON e.city = $1 AND e.feed = $2 AND e.scope = f.scope
   WHERE f.is_first
), run AS (
  SELECT scope, record, moment, is_listed, lag(is_listed, 1, true) OVER w AS was_listed,
         min(moment) FILTER (WHERE is_listed) OVER (PARTITION BY scope, record ORDER BY moment
                                                    ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS until
    FROM seen
  WINDOW w AS (PARTITION BY scope, record ORDER BY moment)
), unknown AS (
  INSERT INTO absences (city, feed, scope, record, absent_from, absent_until)
  SELECT $1, $2, scope, record, moment, coalesce(until, 'infinity') FROM run WHERE was_listed AND NOT is_listed
)
INSERT INTO staging_records (city, scope, record, is_missing)
SELECT $1, scope, record, false FROM listed
UNION
SELECT $1, f.scope, f.record, false
  FROM fresh f
 WHERE f.is_first
    OR EXISTS (SELECT FROM absences a WHERE a.city = $1 AND a.feed = $2 AND a.scope = f.scope AND a.record = f.record);
