-- Stores the history of a forecast; the program sends the rows.
COPY forecast_history (city, run_id, scenario, level, chain, region, month, openings) FROM STDIN
