-- Takes the keys of a file's good rows of the feed outcomes.
COPY staging_outcomes FROM STDIN (FORMAT binary);
