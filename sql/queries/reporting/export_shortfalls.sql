-- The rows of a night's lists, the whole city's first by its rank, with what is known and expected of each. Fewer than five
-- employed persons are not told, nor the rate that would tell them.
-- $1 city, $2 report run
SELECT to_char(r.night, 'YYYY-MM-DD') AS night, to_char(r.as_of, 'YYYY-MM') AS as_of, w.team, w.rank, w.level, w.chain,
       w.region, w.occupation, CASE WHEN n.employed >= 5 THEN n.employed END AS employed, w.openings,
       CASE WHEN n.employed >= 5 THEN w.openings / (n.employed + w.openings) END AS rate, w.expected,
       n.openings_previous_month, n.openings_previous_year, w.first_seen,
       array_to_string(n.quality, '|') AS quality
  FROM report_runs r
  JOIN report_rows w ON w.city = r.city AND w.run_id = r.run_id
  LEFT JOIN forecast_nodes n ON n.city = r.city AND n.run_id = r.forecast_run_id AND n.scenario = '' AND n.level = 'cell'
       AND n.chain = w.chain AND n.region = w.region AND n.occupation = w.occupation
 WHERE r.city = $1 AND r.run_id = $2
 ORDER BY w.team COLLATE "C", w.rank
