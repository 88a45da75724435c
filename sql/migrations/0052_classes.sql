-- Observed unfilled openings of the newest months by region and occupation, over all chains: gaps that last are found in them.
CREATE TABLE forecast_occupations (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  scenario      text NOT NULL,
  region        text NOT NULL,
  occupation    text NOT NULL,
  month         date NOT NULL,
  openings      double precision NOT NULL,
  PRIMARY KEY (city, run_id, scenario, region, occupation, month),
  FOREIGN KEY (city, run_id, scenario) REFERENCES forecast_runs (city, run_id, scenario) ON DELETE CASCADE
);

-- Order classes and training that a night's report proposed for structural gaps, and why there are none.
CREATE TABLE report_classes (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  region        text NOT NULL,               -- '' is the whole city: regions that fill no class of their own
  occupation    text NOT NULL,
  measure       text NOT NULL,               -- levers.code; '' is none
  position      integer NOT NULL,
  regions       text[] NOT NULL,             -- that take part
  least_past    integer NOT NULL,            -- persons short in each of the last months
  least_ahead   integer NOT NULL,            -- and expected in each of the months ahead
  structural    integer NOT NULL,            -- the smaller of the two; of the whole city: the sum of its regions
  arriving      integer NOT NULL,            -- persons of other programmes; fewer than five are none
  need          integer NOT NULL,            -- persons to be prepared
  classes       integer[] NOT NULL,          -- seats of each
  graduates     integer NOT NULL,
  still_short   integer NOT NULL,
  ends_in       date,                        -- first day of the month in which the classes end
  reason        text NOT NULL,               -- opened, pooled, joined, too_few, exhausted, unsuited, covered
  enterprises   text[] NOT NULL,             -- credit codes of those that lack most of the occupation
  PRIMARY KEY (city, run_id, region, occupation, measure),
  FOREIGN KEY (city, run_id) REFERENCES report_runs (city, run_id) ON DELETE CASCADE
);
