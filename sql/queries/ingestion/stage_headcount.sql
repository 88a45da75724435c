-- Takes the keys of a file's good rows of the feed headcount.
COPY staging_headcount FROM STDIN (FORMAT binary);
