-- Takes key, moment and hash of a file's good rows of the feed indicators, in the order of the file.
COPY staging_indicators FROM STDIN (FORMAT binary);
