-- Stores the versions of the feed hiring_plans that `fresh_hiring_plans` found to be new; the program sends the rows.
COPY hiring_plan_versions (known_at, content_hash, credit_code, survey_wave, period, occupation, enterprise_name, region, chain, headcount, planned_hires,
     expected_separations, automation_displaced, line, city, received_at, run_id, file_no)
FROM STDIN (FORMAT binary);
