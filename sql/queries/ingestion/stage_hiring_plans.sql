-- Takes the keys of a file's good rows of the feed hiring_plans.
COPY staging_hiring_plans FROM STDIN (FORMAT binary);
