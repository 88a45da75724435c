-- Makes a city's tables for the step that decides where they are missing; outside its transaction, so that cities never wait for each other.
-- $1 city
SELECT open_staging($1, 'job_employers'), open_staging($1, 'job_candidates'), open_staging($1, 'job_decisions')
