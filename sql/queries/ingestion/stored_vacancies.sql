-- All versions of the feed vacancies: key, clock and hash of each, whether it was derived from full exports, and where it stands. COPY takes no parameters: the
-- city comes from merge_settings.
COPY (
SELECT v.source, v.posting_id, v.known_at, v.content_hash, v.line = 0, v.ctid
  FROM vacancy_versions v
 WHERE v.city = (SELECT current_setting('labourwatch.city'))
) TO STDOUT (FORMAT binary);
