-- Stores the versions of the feed hiring_plans that the program found to be new.
COPY hiring_plan_versions (known_at, content_hash, credit_code, survey_wave, period, occupation, enterprise_name, region, chain, headcount, planned_hires,
     expected_separations, automation_displaced, line, city, received_at, run_id, file_no)
FROM STDIN (FORMAT binary);
