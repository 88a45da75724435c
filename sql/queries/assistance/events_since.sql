-- What happened to alerts since a moment, in the order of time, with the level that each had before.
-- $1 city, $2 moment (seconds since 1970): later events only, $3 up to this moment
SELECT fingerprint, opened_on, event, level, from_level, actor, reason
  FROM (SELECT e.fingerprint, e.opened_on, e.event_no, e.at, e.event, e.level, e.actor, e.reason,
               lag(e.level) OVER (PARTITION BY e.fingerprint, e.opened_on ORDER BY e.event_no) AS from_level
          FROM alert_events e
         WHERE e.city = $1
           AND (e.fingerprint, e.opened_on) IN (SELECT n.fingerprint, n.opened_on FROM alert_events n
                                                  WHERE n.city = $1 AND n.at > to_timestamp($2::double precision))) e
 WHERE e.at > to_timestamp($2::double precision) AND e.at <= to_timestamp($3::double precision)
 ORDER BY e.at, e.fingerprint COLLATE "C", e.opened_on, e.event_no
