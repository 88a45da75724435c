-- Closes the cursor over the candidates.
CLOSE job_postings
