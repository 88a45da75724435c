-- The story of an alert, oldest first.
-- $1 city, $2 fingerprint, $3 opened on
SELECT event_no, at, actor, event, level, reason
  FROM alert_events
 WHERE city = $1 AND fingerprint = $2 AND opened_on = $3::date
 ORDER BY event_no
