-- What did the newest lists of this night say, as a digest of their files?
-- $1 city, $2 the night
SELECT lists_sha256 FROM report_runs WHERE city = $1 AND night = $2::date ORDER BY run_id DESC LIMIT 1
