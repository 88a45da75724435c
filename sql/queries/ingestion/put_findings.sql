-- Writes what a run noticed, behind what it noticed before.
-- $1 city, $2 run id, $3 feeds, $4 kinds, $5 messages
INSERT INTO findings (city, run_id, finding_no, feed, kind, message)
SELECT $1, $2, f.number + coalesce((SELECT max(finding_no) FROM findings WHERE city = $1 AND run_id = $2), 0), f.feed, f.kind, f.message
  FROM unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS f (feed, kind, message, number);
