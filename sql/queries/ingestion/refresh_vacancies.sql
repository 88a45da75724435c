-- Tells the planner what the versions of the feed vacancies look like, after a file that added many.
ANALYZE vacancy_versions;
