-- Takes key, moment and hash of a file's good rows of the feed hiring_plans, in the order of the file.
COPY staging_hiring_plans FROM STDIN (FORMAT binary);
