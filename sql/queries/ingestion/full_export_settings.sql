-- Names the file at hand to statements that take no parameters.
-- $1 SHA-256 of the file
SELECT set_config('labourwatch.file', $1, true);
