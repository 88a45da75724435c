-- The sessions of Saturday fairs that the newest night planned, with their points.
-- $1 city, $2 report run
SELECT to_char(r.night, 'YYYY-MM-DD') AS night, f.day, f.venue, f.chain, f.region, f.is_fixed, f.openings, f.expected, f.exceedance,
       f.value, f.repetition, f.balance, f.value - f.repetition - f.balance AS score, f.turn,
       array_to_string(f.occupations, '|') AS occupations, array_to_string(f.enterprises, '|') AS enterprises
  FROM report_fairs f
  JOIN report_runs r ON r.city = f.city AND r.run_id = f.run_id
 WHERE f.city = $1 AND f.run_id = $2
 ORDER BY f.day, f.venue COLLATE "C", f.chain COLLATE "C", f.region COLLATE "C"
