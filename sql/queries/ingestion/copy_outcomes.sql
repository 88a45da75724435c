-- Takes a file's rows of the feed outcomes, good and rejected, in the order of the file.
-- FREEZE: the table was truncated in the same transaction.
COPY staging_outcomes FROM STDIN (FORMAT binary, FREEZE);
