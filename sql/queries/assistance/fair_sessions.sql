-- Which sessions were planned for each day, as the newest night before it (and before tonight) had them?
-- $1 city, $2 first day, $3 last day, $4 tonight
SELECT f.day, f.venue, f.chain, f.region, f.expected, f.exceedance, f.value, f.repetition, f.balance, f.turn
  FROM report_fairs f
 WHERE f.city = $1 AND f.day BETWEEN $2::date AND $3::date
   AND f.run_id = (SELECT r.run_id
                     FROM report_runs r
                    WHERE r.city = $1 AND r.night <= f.day AND r.night < $4::date
                    ORDER BY r.night DESC, r.run_id DESC
                    LIMIT 1)
 ORDER BY f.day, f.venue COLLATE "C", f.chain COLLATE "C", f.region COLLATE "C"
