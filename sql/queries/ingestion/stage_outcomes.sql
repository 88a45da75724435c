-- Takes key, moment and hash of a file's good rows of the feed outcomes, in the order of the file.
COPY staging_outcomes FROM STDIN (FORMAT binary);
