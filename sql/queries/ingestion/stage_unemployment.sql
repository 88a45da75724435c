-- Takes key, moment and hash of a file's good rows of the feed unemployment, in the order of the file.
COPY staging_unemployment FROM STDIN (FORMAT binary);
