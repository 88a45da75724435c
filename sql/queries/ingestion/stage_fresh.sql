-- Takes the numbers of a file's rows that are new versions.
COPY staging_fresh FROM STDIN (FORMAT binary);
