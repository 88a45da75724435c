-- Which known records of the feed unemployment does the staged full export not list, and are not absent from it already? Those too that are, but had
-- a version since their run of absence began: it may close here. COPY takes no parameters: the city and the
-- file come from merge_settings and full_export_settings.
COPY (
SELECT DISTINCT (SELECT current_setting('labourwatch.city')), ''::text, (encode(v.person, 'hex') || ' ' || v.registered_on), true
  FROM unemployment_versions v
  JOIN full_exports e ON e.city = (SELECT current_setting('labourwatch.city')) AND e.feed = 'unemployment' AND e.scope = ''::text
                     AND e.file_sha256 = (SELECT current_setting('labourwatch.file'))
 WHERE v.city = (SELECT current_setting('labourwatch.city')) AND v.line > 0
   AND NOT EXISTS (SELECT FROM staging_unemployment s
                    WHERE s.city = (SELECT current_setting('labourwatch.city')) AND s.person = v.person AND s.registered_on = v.registered_on)
   AND NOT EXISTS (SELECT FROM unread_records u
                    WHERE u.city = (SELECT current_setting('labourwatch.city')) AND u.feed = 'unemployment' AND u.scope = ''::text AND u.record = (encode(v.person, 'hex') || ' ' || v.registered_on) AND u.moment = e.moment)
   AND NOT EXISTS (SELECT FROM absences a
                    WHERE a.city = (SELECT current_setting('labourwatch.city')) AND a.feed = 'unemployment' AND a.scope = ''::text AND a.record = (encode(v.person, 'hex') || ' ' || v.registered_on)
                      AND a.absent_from <= e.moment AND a.absent_until > e.moment
                      AND NOT (v.known_at >= a.absent_from AND v.known_at < e.moment))
) TO STDOUT;
