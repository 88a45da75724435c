-- What did the newest run that read feeds notice about them? A run that broke off judged nothing: the one before it counts.
-- $1 city
SELECT feed, kind, message
  FROM findings
 WHERE city = $1
   AND run_id = (SELECT max(run_id) FROM runs
                  WHERE city = $1 AND command IN ('ingest', 'nightly') AND (status IN ('running', 'done', 'incomplete') OR summary IS NOT NULL))
 ORDER BY finding_no
