-- What was left of the measures on the newest night, and how much each has helped. Counts of persons below five are left empty.
-- $1 city, $2 report run
SELECT to_char(r.night, 'YYYY-MM-DD') AS night, m.measure, l.name, m.kind, m.unit, m.capacity,
       CASE WHEN m.unit = 'sessions' OR m.used >= 5 OR m.used = 0 THEN m.used END AS used,
       CASE WHEN m.unit = 'sessions' OR m.used >= 5 OR m.used = 0 THEN greatest(m.capacity - m.used, 0) END AS capacity_left,
       m.prior_share, m.share, m.hired_in_cases, m.hired_as_reported, m.closure
  FROM report_measures m
  JOIN report_runs r ON r.city = m.city AND r.run_id = m.run_id
  LEFT JOIN levers l ON l.city = m.city AND l.code = m.measure
 WHERE m.city = $1 AND m.run_id = $2
 ORDER BY l.position, m.measure COLLATE "C"
