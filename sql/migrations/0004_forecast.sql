-- Forecasts. A dimension that is summed over is '' (empty in the export of the contract).

CREATE TABLE forecast_runs (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  scenario      text NOT NULL,               -- '' is the base case
  as_of         date NOT NULL,               -- first day of the month: all that was known by its end is used
  known_until   timestamp NOT NULL,          -- inputs' cut-off: versions with known_at up to this moment
  horizon       integer NOT NULL,
  draws         integer NOT NULL,
  seed          bigint NOT NULL,
  model         text NOT NULL,
  inputs_sha256 text NOT NULL,               -- of the aggregated inputs and settings: equal digests give equal forecasts
  quality       jsonb NOT NULL,              -- months of history, response, coverage, what is missing
  created_at    timestamptz NOT NULL,        -- the run's clock
  PRIMARY KEY (city, run_id, scenario),
  FOREIGN KEY (city, run_id) REFERENCES runs (city, run_id)
);
CREATE INDEX forecast_runs_by_month ON forecast_runs (city, as_of, created_at);

-- Unfilled openings (persons) at the end of `month`. Levels: cell, chain_region, chain, region, city.
CREATE TABLE forecast_values (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  scenario      text NOT NULL,
  level         text NOT NULL,
  chain         text NOT NULL,
  region        text NOT NULL,
  occupation    text NOT NULL,
  month         date NOT NULL,
  horizon       integer NOT NULL,
  mean          double precision NOT NULL,
  p10           double precision NOT NULL,
  p50           double precision NOT NULL,
  p90           double precision NOT NULL,
  threshold     double precision NOT NULL,
  p_exceed      double precision NOT NULL,
  PRIMARY KEY (city, run_id, scenario, level, chain, region, occupation, month),
  FOREIGN KEY (city, run_id, scenario) REFERENCES forecast_runs (city, run_id, scenario) ON DELETE CASCADE
);

-- What is known of a node at the end of `as_of`: the terms of every rate, and how good the data are.
CREATE TABLE forecast_nodes (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  scenario      text NOT NULL,
  level         text NOT NULL,
  chain         text NOT NULL,
  region        text NOT NULL,
  occupation    text NOT NULL,
  openings      double precision NOT NULL,   -- unfilled openings at the end of as_of
  openings_previous_month double precision,  -- null: no history that far
  openings_previous_year  double precision,
  employed      double precision,            -- expanded headcount; null where unknown
  seekers       double precision,            -- reachable job-seekers; null where unknown
  salary        double precision,            -- median of what is offered (middle of the bounds)
  salary_market double precision,            -- the same for the occupation in the whole city
  months_of_history integer NOT NULL,
  response      double precision,            -- share of enterprises that answered the last survey wave
  coverage      double precision,            -- share of employed persons in enterprises with data of their own
  quality       text[] NOT NULL,             -- codes: short_history, no_plans, no_unemployment, imputed, dominated, …
  PRIMARY KEY (city, run_id, scenario, level, chain, region, occupation),
  FOREIGN KEY (city, run_id, scenario) REFERENCES forecast_runs (city, run_id, scenario) ON DELETE CASCADE
);

-- Why: persons by driver; the drivers of a node and month add up to its mean.
CREATE TABLE forecast_drivers (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  scenario      text NOT NULL,
  level         text NOT NULL,
  chain         text NOT NULL,
  region        text NOT NULL,
  occupation    text NOT NULL,
  month         date NOT NULL,
  driver        text NOT NULL,               -- carried_over, planned, replacement, automation, fills, lapses, statistical, …
  persons       double precision NOT NULL,
  PRIMARY KEY (city, run_id, scenario, level, chain, region, occupation, month, driver),
  FOREIGN KEY (city, run_id, scenario) REFERENCES forecast_runs (city, run_id, scenario) ON DELETE CASCADE
);

-- Observed unfilled openings by month, from chain_region level up: what trend charts show.
CREATE TABLE forecast_history (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  scenario      text NOT NULL,
  level         text NOT NULL,
  chain         text NOT NULL,
  region        text NOT NULL,
  month         date NOT NULL,
  openings      double precision NOT NULL,
  PRIMARY KEY (city, run_id, scenario, level, chain, region, month),
  FOREIGN KEY (city, run_id, scenario) REFERENCES forecast_runs (city, run_id, scenario) ON DELETE CASCADE
);

-- Whom to call first: a cell's openings and expected shortfall by enterprise.
CREATE TABLE forecast_enterprises (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  scenario      text NOT NULL,
  credit_code   text NOT NULL,
  chain         text NOT NULL,
  region        text NOT NULL,
  occupation    text NOT NULL,
  openings      double precision NOT NULL,   -- unfilled now
  planned_hires double precision,            -- of the next three months, as reported
  expected      double precision NOT NULL,   -- its share of the cell's mean three months ahead (or the last month, if nearer)
  oldest_posted_on date,
  salary_min    double precision,
  salary_max    double precision,
  PRIMARY KEY (city, run_id, scenario, credit_code, chain, region, occupation),
  FOREIGN KEY (city, run_id, scenario) REFERENCES forecast_runs (city, run_id, scenario) ON DELETE CASCADE
);

-- The other side: enterprises that shed staff, or whose headcount lies above what they need.
CREATE TABLE forecast_surpluses (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  scenario      text NOT NULL,
  credit_code   text NOT NULL,
  chain         text NOT NULL,
  region        text NOT NULL,
  headcount     double precision NOT NULL,
  headcount_previous double precision,
  headcount_base double precision,
  surplus       double precision NOT NULL,   -- persons
  reason        text,
  PRIMARY KEY (city, run_id, scenario, credit_code),
  FOREIGN KEY (city, run_id, scenario) REFERENCES forecast_runs (city, run_id, scenario) ON DELETE CASCADE
);
