-- Stores the newest months of openings by region and occupation; the program sends the rows.
COPY forecast_occupations (city, run_id, scenario, region, occupation, month, openings) FROM STDIN
