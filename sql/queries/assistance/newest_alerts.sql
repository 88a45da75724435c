-- The newest alert of every node and feed, closed ones too.
-- $1 city
SELECT DISTINCT ON (fingerprint)
       fingerprint, opened_on, kind, chain, region, occupation, team, level, status, officer, calm_periods, calm_level,
       evaluated_for, closed_on, measure, hired, note
  FROM alerts
 WHERE city = $1
 ORDER BY fingerprint, opened_on DESC
