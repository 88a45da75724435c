-- Remembers the records that a full export lists in rejected rows.
-- $1 city, $2 feed, $3 SHA-256 of the file
INSERT INTO unread_records (city, feed, scope, record, moment)
SELECT DISTINCT $1, $2, s.scope, s.record, e.moment
  FROM staging_rejects s JOIN full_exports e ON e.city = $1 AND e.feed = $2 AND e.scope = s.scope AND e.file_sha256 = $3
 WHERE s.city = $1 AND s.record IS NOT NULL
ON CONFLICT DO NOTHING;
