-- How is the nightly job of a city? One line: severity (0 well, 1 look at it, 2 act), a sentence, hours since the last run that ended well.
-- Variables: city, hours (greatest age of the last good run). Used by deploy/check.sh.
WITH nights AS (
  SELECT status, exit_code, message, started_at, finished_at, heartbeat_at
  FROM labourwatch.runs
  WHERE city = :'city' AND command = 'nightly'
), good AS (
  SELECT max(finished_at) AS finished_at FROM nights WHERE status IN ('done', 'incomplete')
), newest AS (
  SELECT * FROM nights ORDER BY started_at DESC LIMIT 1
), age AS (
  SELECT round(extract(epoch FROM now() - good.finished_at) / 3600, 1) AS hours FROM good
)
SELECT
  CASE
    WHEN age.hours IS NULL OR age.hours > :hours THEN 2
    WHEN newest.status = 'failed' THEN 2
    WHEN newest.status IN ('incomplete', 'abandoned') THEN 1
    ELSE 0
  END AS severity,
  CASE
    WHEN newest.started_at IS NULL THEN 'no nightly run is in the ledger'
    WHEN age.hours IS NULL THEN 'no nightly run has ended well yet; the last one: ' || newest.status
    WHEN age.hours > :hours THEN 'stale: the last good nightly run ended ' || age.hours || ' h ago'
    WHEN newest.status = 'failed' THEN 'the last nightly run failed: ' || coalesce(newest.message, 'no message')
    WHEN newest.status = 'incomplete' THEN 'done, with rejected rows or late feeds (exit code 3)'
    WHEN newest.status = 'abandoned' THEN 'a nightly run was cut off; the next one finishes its work'
    WHEN newest.status = 'running' THEN 'running since ' || to_char(newest.started_at, 'HH24:MI')
    ELSE 'all done'
  END AS sentence,
  coalesce(age.hours::text, '') AS hours
FROM age LEFT JOIN newest ON true;
