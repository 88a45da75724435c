-- Stores the key firms of a forecast whose reports are missing; the program sends the rows.
COPY forecast_key_firms (city, run_id, scenario, credit_code, chain, region, persons, plans_wave, headcount_month) FROM STDIN
