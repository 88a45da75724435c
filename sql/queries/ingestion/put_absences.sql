-- Brings the runs of absence up to date with a full export: runs of the records that it misses begin or grow, those of the records that it lists are cut.
-- Each record falls into one case only. All whose derived versions may change stand in staging_records then.
-- $1 city, $2 feed, $3 SHA-256 of the file, $4 where the runs stand that it interrupts
WITH export AS (
  SELECT e.scope, e.moment,
         coalesce((SELECT min(n.moment) FROM full_exports n
                    WHERE n.city = $1 AND n.feed = $2 AND n.scope = e.scope AND n.moment > e.moment), 'infinity') AS next
    FROM full_exports e
   WHERE e.city = $1 AND e.feed = $2 AND e.file_sha256 = $3
), missing AS (
  SELECT k.scope, k.record, e.moment, e.next
    FROM staging_records k JOIN export e USING (scope)
   WHERE k.city = $1 AND k.kind = 'missing'
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
    FROM (SELECT * FROM absences WHERE ctid = ANY ($4::text[]::tid[])
          UNION
          SELECT a.* FROM staging_records k
            JOIN absences a ON a.city = k.city AND a.feed = $2 AND a.scope = k.scope AND a.record = k.record
           WHERE k.city = $1 AND k.kind = 'row') a
    JOIN export e ON e.scope = a.scope AND a.absent_from <= e.moment AND a.absent_until > e.moment
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
)
INSERT INTO staging_records (city, scope, record, kind)
SELECT $1, scope, record, 'listed' FROM listed;
