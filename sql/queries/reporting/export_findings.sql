-- What did the runs notice about their feeds, with the clock they ran by?
-- $1 city
SELECT r.run_id, r.command, r.clock, f.finding_no, f.feed, f.kind, f.message
  FROM findings f
  JOIN runs r ON r.city = f.city AND r.run_id = f.run_id
 WHERE f.city = $1
 ORDER BY r.run_id, f.finding_no
