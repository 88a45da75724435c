-- Alerts for the officers' list: live ones, or all.
-- $1 city, $2 team or null for all, $3 whether closed ones are wanted
SELECT fingerprint, opened_on, kind, chain, region, occupation, team, level, status, officer, evaluated_for, closed_on,
       measure, hired
  FROM alerts
 WHERE city = $1 AND ($2::text IS NULL OR team = $2) AND ($3::boolean OR status IN ('open', 'claimed', 'acting'))
 ORDER BY array_position(ARRAY['red', 'orange', 'yellow', 'blue'], level), fingerprint COLLATE "C", opened_on
