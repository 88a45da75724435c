-- Takes the keys of a file's rows whose records may get other derived versions.
COPY staging_records FROM STDIN (FORMAT binary);
