-- The next candidates.
FETCH 20000 FROM job_postings
