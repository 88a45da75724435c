-- The versions of the feed vacancies that have the key of a staged row: the same columns as in stored_vacancies.
COPY (
SELECT v.source, v.posting_id, v.known_at, v.content_hash, v.line = 0, v.ctid
  FROM (SELECT DISTINCT city, source, posting_id FROM staging_vacancies
         WHERE city = (SELECT current_setting('labourwatch.city'))) s
  JOIN vacancy_versions v ON v.city = s.city AND v.source = s.source AND v.posting_id = s.posting_id
) TO STDOUT (FORMAT binary);
