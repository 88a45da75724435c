-- Behind the city, keys begin with what tells records apart: comparing the same source and feed in every step of a look-up costs a tenth of storing a version.

ALTER TABLE vacancy_versions
  DROP CONSTRAINT vacancy_versions_pkey,
  ADD PRIMARY KEY (city, posting_id, source, known_at, content_hash);
ALTER TABLE absences
  DROP CONSTRAINT absences_pkey,
  ADD PRIMARY KEY (city, record, scope, feed, absent_from);
ALTER TABLE unread_records
  DROP CONSTRAINT unread_records_pkey,
  ADD PRIMARY KEY (city, record, scope, feed, moment);

-- What the planner knows of a table that outgrew it.
CREATE FUNCTION refresh_statistics(of_table text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = labourwatch, pg_temp AS $$
BEGIN
  EXECUTE format('ANALYZE (SKIP_LOCKED) %I', of_table);
END $$;
