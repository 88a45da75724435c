-- Tells the planner what the versions of the feed vacancies look like, after a run that added many.
ANALYZE vacancy_versions;
