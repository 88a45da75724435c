-- Which rules are decided, how far, what was the newest run that stored versions of postings, and has anybody been told a level of openings?
-- $1 city
WITH stored AS (
  SELECT coalesce(max(run_id), 0) AS newest FROM run_files
  WHERE city = $1 AND feed = 'vacancies' AND status IN ('taken', 'replayed') AND inserted + updated + late > 0
)
SELECT s.newest, EXISTS (SELECT FROM forecast_runs WHERE city = $1) AS is_told, r.version, r.valid_from, r.valid_to, r.document, r.links_sha256, r.decided_run_id
FROM stored s LEFT JOIN job_rules r ON r.city = $1
ORDER BY r.valid_from
