-- Takes the keys of a file's good rows of the feed unemployment.
COPY staging_unemployment FROM STDIN (FORMAT binary);
