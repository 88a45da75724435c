-- Takes what the program decided.
COPY staging_job_decisions (city, source, posting_id, job_source, job_posting_id, employer, since, criteria) FROM STDIN
