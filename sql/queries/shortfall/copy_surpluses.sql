-- Stores the surpluses of a forecast; the program sends the rows.
COPY forecast_surpluses (city, run_id, scenario, credit_code, chain, region, headcount, headcount_previous, headcount_base, surplus, reason, shed, machines, need) FROM STDIN
