-- Which known records of the feed vacancies does the staged full export not list, and are not absent from it already? Those too that are, but had
-- a version since their run of absence began: it may close here. COPY takes no parameters: the city and the
-- file come from merge_settings and full_export_settings.
COPY (
SELECT DISTINCT (SELECT current_setting('labourwatch.city')), v.source, v.posting_id, true
  FROM vacancy_versions v
  JOIN full_exports e ON e.city = (SELECT current_setting('labourwatch.city')) AND e.feed = 'vacancies' AND e.scope = v.source
                     AND e.file_sha256 = (SELECT current_setting('labourwatch.file'))
 WHERE v.city = (SELECT current_setting('labourwatch.city')) AND v.line > 0
   AND NOT EXISTS (SELECT FROM staging_vacancies s
                    WHERE s.city = (SELECT current_setting('labourwatch.city')) AND s.source = v.source AND s.posting_id = v.posting_id)
   AND NOT EXISTS (SELECT FROM unread_records u
                    WHERE u.city = (SELECT current_setting('labourwatch.city')) AND u.feed = 'vacancies' AND u.scope = v.source AND u.record = v.posting_id AND u.moment = e.moment)
   AND NOT EXISTS (SELECT FROM absences a
                    WHERE a.city = (SELECT current_setting('labourwatch.city')) AND a.feed = 'vacancies' AND a.scope = v.source AND a.record = v.posting_id
                      AND a.absent_from <= e.moment AND a.absent_until > e.moment
                      AND NOT (v.known_at >= a.absent_from AND v.known_at < e.moment))
) TO STDOUT;
