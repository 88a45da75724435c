-- All alerts with every event of their lives.
-- $1 city
SELECT a.fingerprint, a.opened_on, a.kind, a.chain, a.region, a.occupation, a.team, a.level, a.status, a.officer,
       a.evaluated_for, a.closed_on, a.measure, a.hired, e.event_no, e.at, e.actor, e.event, e.level AS event_level,
       e.reason
  FROM alerts a
  LEFT JOIN alert_events e ON e.city = a.city AND e.fingerprint = a.fingerprint AND e.opened_on = a.opened_on
 WHERE a.city = $1
 ORDER BY a.fingerprint COLLATE "C", a.opened_on, e.event_no
