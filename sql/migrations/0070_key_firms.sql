-- Key firms whose reports are missing as of a forecast's month: the largest employers of a chain and region, by their register entry.
CREATE TABLE forecast_key_firms (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  scenario      text NOT NULL,
  credit_code   text NOT NULL,               -- the code that stands for the employer
  chain         text NOT NULL,
  region        text NOT NULL,
  persons       double precision NOT NULL,   -- employed, as told last; of one that told none the median of its size class
  plans_wave    date,                        -- the survey wave that is due and missing; null: none
  headcount_month date,                      -- the month of monitoring that is due and missing; null: none
  PRIMARY KEY (city, run_id, scenario, credit_code),
  FOREIGN KEY (city, run_id, scenario) REFERENCES forecast_runs (city, run_id, scenario) ON DELETE CASCADE
);
