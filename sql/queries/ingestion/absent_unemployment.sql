-- From which full exports are records of the feed unemployment absent, and which records did the file at hand list in rejected rows when it was read before
-- (without a place)? COPY takes no parameters: city and file come from merge_settings.
COPY (
SELECT decode(split_part(a.record, ' ', 1), 'hex'), split_part(a.record, ' ', 2)::date, a.absent_from, a.absent_until, a.ctid
  FROM absences a
 WHERE a.city = (SELECT current_setting('labourwatch.city')) AND a.feed = 'unemployment'
UNION ALL
SELECT decode(split_part(u.record, ' ', 1), 'hex'), split_part(u.record, ' ', 2)::date, u.moment, u.moment, NULL
  FROM unread_records u
  JOIN full_exports e ON e.city = u.city AND e.feed = u.feed AND e.scope = u.scope AND e.moment = u.moment
 WHERE u.city = (SELECT current_setting('labourwatch.city')) AND u.feed = 'unemployment'
   AND e.file_sha256 = (SELECT current_setting('labourwatch.file'))
) TO STDOUT (FORMAT binary);
