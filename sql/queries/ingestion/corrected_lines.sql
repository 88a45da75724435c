-- Lines of a file for which a clerk's correction was taken.
-- $1 city, $2 feed, $3 SHA-256 of the file
SELECT line FROM quarantine WHERE city = $1 AND feed = $2 AND file_sha256 = $3 AND status = 'corrected';
