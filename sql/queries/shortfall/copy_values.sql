-- Stores the values of a forecast; the program sends the rows.
COPY forecast_values (city, run_id, scenario, level, chain, region, occupation, month, horizon, mean, p10, p50, p90, threshold, p_exceed) FROM STDIN
