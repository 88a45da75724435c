-- Takes away the table of lines that a file's merge worked from.
DROP TABLE staging_fresh;
