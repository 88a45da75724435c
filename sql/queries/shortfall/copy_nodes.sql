-- Stores the nodes of a forecast; the program sends the rows.
COPY forecast_nodes (city, run_id, scenario, level, chain, region, occupation, openings, openings_previous_month, openings_previous_year, employed, seekers, salary, salary_market, months_of_history, response, coverage, quality) FROM STDIN
