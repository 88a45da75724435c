-- The sessions of Saturday fairs that a night's report planned: near ones stay in the next nights' plans, and past ones count as held until they
-- are reported.
CREATE TABLE report_fairs (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  day           date NOT NULL,
  venue         text NOT NULL,               -- its name in alerts.yaml, a region's code, or online
  chain         text NOT NULL,
  region        text NOT NULL,               -- '' is the whole city, online
  is_fixed      boolean NOT NULL,            -- planned on an earlier night and too near to be changed
  openings      double precision NOT NULL,   -- unfilled now
  expected      double precision NOT NULL,   -- P50 at the end of the day's month
  exceedance    double precision NOT NULL,
  value         double precision NOT NULL,   -- points before anything is taken off
  repetition    double precision NOT NULL,   -- taken off for recent sessions of the chain in the region
  balance       double precision NOT NULL,   -- taken off for recent sessions of the chain
  turn          integer NOT NULL,            -- which session of the chain in the region, recent ones counted
  occupations   text[] NOT NULL,             -- the largest shortages first
  enterprises   text[] NOT NULL,             -- credit codes of those to call, the largest shortages first
  PRIMARY KEY (city, run_id, day, venue, chain, region),
  FOREIGN KEY (city, run_id) REFERENCES report_runs (city, run_id) ON DELETE CASCADE
);
CREATE INDEX report_fairs_by_day ON report_fairs (city, day);
