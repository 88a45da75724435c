-- Remembers the records that a full export lists otherwise than by a version known at its moment: in rejected rows, or in rows whose clock is ahead of it.
-- $1 city, $2 feed, $3 SHA-256 of the file, $4 whether the file is new: then it listed nothing before
INSERT INTO unread_records (city, feed, scope, record, moment)
SELECT $1, $2, s.scope, s.record, s.moment
  FROM (SELECT DISTINCT s.scope, s.record, e.moment
          FROM (SELECT scope, record FROM staging_rejects WHERE city = $1 AND record IS NOT NULL
                UNION ALL
                SELECT scope, record FROM staging_records WHERE city = $1 AND kind = 'ahead') s
          JOIN full_exports e ON e.city = $1 AND e.feed = $2 AND e.scope = s.scope AND e.file_sha256 = $3) s
 WHERE $4::boolean
    OR NOT EXISTS (SELECT FROM unread_records u
                    WHERE u.city = $1 AND u.feed = $2 AND u.scope = s.scope AND u.record = s.record AND u.moment = s.moment)
 ORDER BY s.record, s.scope, s.moment;
