-- What came of the cases that officers closed within a window: by which measure, how many hired, and the gap on the night it was opened.
-- $1 city, $2 first day, $3 last day
SELECT a.measure, a.hired, g.openings AS gap, a.closed_on
  FROM alerts a
  LEFT JOIN LATERAL (
    SELECT n.openings
      FROM report_runs r
      JOIN forecast_nodes n ON n.city = r.city AND n.run_id = r.forecast_run_id AND n.scenario = ''
       AND n.chain = a.chain AND n.region = a.region AND n.occupation = a.occupation
     WHERE r.city = $1 AND r.night = a.opened_on
     ORDER BY r.run_id DESC
     LIMIT 1
  ) g ON true
 WHERE a.city = $1 AND a.kind = 'shortage' AND a.status = 'resolved' AND a.hired IS NOT NULL
   AND a.closed_on BETWEEN $2::date AND $3::date
 ORDER BY a.closed_on, a.fingerprint COLLATE "C", a.opened_on
