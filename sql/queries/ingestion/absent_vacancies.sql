-- From which full exports are records of the feed vacancies absent, and which records did the file at hand list in rejected rows when it was read before
-- (without a place)? COPY takes no parameters: city and file come from merge_settings.
COPY (
SELECT a.scope, a.record, a.absent_from, a.absent_until, a.ctid
  FROM absences a
 WHERE a.city = (SELECT current_setting('labourwatch.city')) AND a.feed = 'vacancies'
UNION ALL
SELECT u.scope, u.record, u.moment, u.moment, NULL
  FROM unread_records u
  JOIN full_exports e ON e.city = u.city AND e.feed = u.feed AND e.scope = u.scope AND e.moment = u.moment
 WHERE u.city = (SELECT current_setting('labourwatch.city')) AND u.feed = 'vacancies'
   AND e.file_sha256 = (SELECT current_setting('labourwatch.file'))
) TO STDOUT (FORMAT binary);
