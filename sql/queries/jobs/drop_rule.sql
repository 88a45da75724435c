-- Forgets a rule that the profile no longer has, with its decisions.
-- $1 city, $2 version
DELETE FROM job_rules WHERE city = $1 AND version = $2
