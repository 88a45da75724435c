-- Takes the records that a full export misses.
COPY staging_records FROM STDIN;
