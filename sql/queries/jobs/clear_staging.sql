-- Empties a city's tables of the step that decides.
-- $1 city
SELECT clear_staging($1, 'job_employers'), clear_staging($1, 'job_candidates'), clear_staging($1, 'job_decisions')
