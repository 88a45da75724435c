-- Writes what a run noticed about its feeds.
-- $1 city, $2 run id, $3 feeds, $4 kinds, $5 messages
INSERT INTO findings (city, run_id, finding_no, feed, kind, message)
SELECT $1, $2, f.number, f.feed, f.kind, f.message
  FROM unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS f (feed, kind, message, number);
