-- How many versions of postings were stored since which postings are one job was decided last?
-- $1 city
SELECT coalesce(sum(f.inserted + f.updated + f.late), 0)::bigint
  FROM run_files f
 WHERE f.city = $1 AND f.feed = 'vacancies' AND f.status IN ('taken', 'replayed')
   AND f.run_id > coalesce((SELECT min(decided_run_id) FROM job_rules WHERE city = $1), 0);
