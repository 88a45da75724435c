-- Takes key, moment and hash of a file's good rows of the feed headcount, in the order of the file.
COPY staging_headcount FROM STDIN (FORMAT binary);
