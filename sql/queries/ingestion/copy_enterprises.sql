-- Takes a file's rows of the feed enterprises, good and rejected, in the order of the file.
-- FREEZE: the table was truncated in the same transaction.
COPY staging_enterprises FROM STDIN (FORMAT binary, FREEZE);
