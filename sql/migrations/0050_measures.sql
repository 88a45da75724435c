-- What is left of each measure on the night of a report, and what was learned of its effect.
CREATE TABLE report_measures (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  measure       text NOT NULL,               -- levers.code
  kind          text NOT NULL,               -- recruiting, returning, sharing, training
  unit          text,                        -- of the capacity; null: the reference data name none
  capacity      double precision,            -- of the year; null: no limit, or the plan's period is over
  used          double precision NOT NULL,   -- this year, until the night
  prior_share   double precision NOT NULL,   -- in what has helped, before anything was learned
  share         double precision NOT NULL,   -- the same, learned
  hired_in_cases double precision NOT NULL,  -- evidence, persons; fewer than five are not used and are 0
  hired_as_reported double precision NOT NULL,
  closure       double precision NOT NULL,   -- share of a gap that is closed where somebody works on it; the same for all measures
  PRIMARY KEY (city, run_id, measure),
  FOREIGN KEY (city, run_id) REFERENCES report_runs (city, run_id) ON DELETE CASCADE
);
