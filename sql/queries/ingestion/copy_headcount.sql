-- Takes a file's rows of the feed headcount, good and rejected, in the order of the file.
-- FREEZE: the table was truncated in the same transaction.
COPY staging_headcount FROM STDIN (FORMAT binary, FREEZE);
