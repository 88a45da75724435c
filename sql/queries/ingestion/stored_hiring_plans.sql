-- All versions of the feed hiring_plans: key, clock and hash of each, whether it was derived from full exports, and where it stands. COPY takes no parameters: the
-- city comes from merge_settings.
COPY (
SELECT v.credit_code, v.survey_wave, v.period, v.occupation, v.known_at, v.content_hash, v.line = 0, v.ctid
  FROM hiring_plan_versions v
 WHERE v.city = (SELECT current_setting('labourwatch.city'))
) TO STDOUT (FORMAT binary);
