-- Takes the keys of a file's good rows of the feed indicators.
COPY staging_indicators FROM STDIN (FORMAT binary);
