-- Takes a file's good rows of the feed enterprises, in the order of the file.
COPY staging_enterprises FROM STDIN (FORMAT binary);
