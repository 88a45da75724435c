-- The rows of a night's lists, each once, with its rank on the whole city's list and on its team's, and what is known and expected of
-- it. Fewer than five employed persons are not told, nor the rate that would tell them.
-- $1 city, $2 report run
WITH listed AS (
  SELECT chain, region, occupation, min(rank) FILTER (WHERE team <> region) AS rank,
         min(rank) FILTER (WHERE team = region) AS team_rank, min(level) AS level, min(openings) AS openings,
         min(expected) AS expected, min(first_seen) AS first_seen
    FROM report_rows
   WHERE city = $1 AND run_id = $2
   GROUP BY chain, region, occupation
)
SELECT to_char(r.night, 'YYYY-MM-DD') AS night, to_char(r.as_of, 'YYYY-MM') AS as_of, w.rank, w.team_rank, w.level, w.chain,
       w.region, w.occupation, CASE WHEN n.employed >= 5 THEN n.employed END AS employed, w.openings,
       CASE WHEN n.employed >= 5 THEN w.openings / (n.employed + w.openings) END AS rate, w.expected,
       n.openings_previous_month, n.openings_previous_year, a.status, a.officer, w.first_seen,
       array_to_string(n.quality, '|') AS quality
  FROM report_runs r
  CROSS JOIN listed w
  LEFT JOIN forecast_nodes n ON n.city = r.city AND n.run_id = r.forecast_run_id AND n.scenario = '' AND n.level = 'cell'
       AND n.chain = w.chain AND n.region = w.region AND n.occupation = w.occupation
  LEFT JOIN LATERAL (
    SELECT a.status, a.officer
      FROM alerts a
     WHERE a.city = $1 AND a.kind = 'shortage' AND a.chain = w.chain AND a.region = w.region AND a.occupation = w.occupation
     ORDER BY a.opened_on DESC
     LIMIT 1
  ) a ON true
 WHERE r.city = $1 AND r.run_id = $2
 ORDER BY w.rank, w.chain COLLATE "C", w.region COLLATE "C", w.occupation COLLATE "C"
