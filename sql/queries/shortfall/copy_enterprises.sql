-- Stores the enterprises of a forecast; the program sends the rows.
COPY forecast_enterprises (city, run_id, scenario, credit_code, chain, region, occupation, openings, planned_hires, expected, oldest_posted_on, salary_min, salary_max) FROM STDIN
