-- The enterprises that have people to lend or to place, largest surplus first; counts below five are left empty.
-- $1 city, $2 forecast run
SELECT credit_code, chain, region, CASE WHEN headcount >= 5 THEN headcount END AS headcount,
       CASE WHEN headcount_previous >= 5 THEN headcount_previous END AS headcount_previous,
       CASE WHEN headcount_base >= 5 THEN headcount_base END AS headcount_base,
       CASE WHEN shed >= 5 OR shed = 0 THEN shed END AS shed, CASE WHEN machines >= 5 OR machines = 0 THEN machines END AS machines,
       CASE WHEN need >= 5 OR need = 0 THEN round(need::numeric, 1)::double precision END AS need,
       CASE WHEN surplus >= 5 THEN surplus END AS surplus, reason
  FROM forecast_surpluses
 WHERE city = $1 AND run_id = $2 AND scenario = ''
 ORDER BY forecast_surpluses.surplus DESC, credit_code COLLATE "C"
