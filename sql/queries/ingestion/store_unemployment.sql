-- Stores the versions of the feed unemployment that the program found to be new.
COPY unemployment_versions (known_at, content_hash, person, registered_on, region, occupation, education, last_credit_code, reason, exited_on, exit_reason, line,
     city, received_at, run_id, file_no)
FROM STDIN (FORMAT binary);
