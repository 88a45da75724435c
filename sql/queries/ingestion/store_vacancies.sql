-- Stores the versions of the feed vacancies that the program found to be new.
COPY vacancy_versions (known_at, content_hash, source, posting_id, job, channel, credit_code, enterprise_name, region, chain, occupation, title, headcount,
     filled, salary_min, salary_max, education, posted_on, closes_on, status, line, city, received_at, run_id, file_no)
FROM STDIN (FORMAT binary);
