-- The lists of the newest earlier night: where does the previous rank come from, and since when is a row there?
-- $1 city, $2 the night
SELECT team, chain, region, occupation, rank, first_seen
  FROM report_rows
 WHERE city = $1
   AND run_id = (SELECT run_id FROM report_runs WHERE city = $1 AND night < $2::date ORDER BY night DESC, run_id DESC LIMIT 1)
