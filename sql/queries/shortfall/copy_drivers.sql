-- Stores the drivers of a forecast; the program sends the rows.
COPY forecast_drivers (city, run_id, scenario, level, chain, region, occupation, month, driver, persons) FROM STDIN
