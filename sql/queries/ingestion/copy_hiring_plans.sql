-- Takes a file's rows of the feed hiring_plans, good and rejected, in the order of the file.
-- FREEZE: the table was truncated in the same transaction.
COPY staging_hiring_plans FROM STDIN (FORMAT binary, FREEZE);
