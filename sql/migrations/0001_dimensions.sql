-- Dimensions: the reference data of a profile. Loaded whole from jobs/<profile>/reference by `labourwatch migrate`.
-- A city's rows are distributed by `city`; nothing here is shared between cities.

CREATE TABLE cities (
  city          text PRIMARY KEY,
  name          text NOT NULL,
  time_zone     text NOT NULL,
  language      text NOT NULL,
  reference_sha256 text NOT NULL
);

CREATE TABLE regions (
  city          text NOT NULL,
  code          text NOT NULL,
  position      integer NOT NULL,
  name          text NOT NULL,
  level         text NOT NULL,
  parent        text,
  code_system   text NOT NULL,
  aliases       text[] NOT NULL,
  PRIMARY KEY (city, code)
);

-- A chain with parts (chains whose parent it is) is an aggregate and holds no records of its own.
CREATE TABLE chains (
  city          text NOT NULL,
  code          text NOT NULL,
  position      integer NOT NULL,
  name          text NOT NULL,
  name_en       text NOT NULL,
  parent        text,
  chain_group   text NOT NULL,
  valid_from    date,
  valid_to      date,
  aliases       text[] NOT NULL,
  PRIMARY KEY (city, code)
);

CREATE TABLE chain_industries (
  city          text NOT NULL,
  chain         text NOT NULL,
  industry      text NOT NULL,
  edition       text NOT NULL,
  PRIMARY KEY (city, chain, industry, edition),
  FOREIGN KEY (city, chain) REFERENCES chains (city, code) ON DELETE CASCADE
);

CREATE TABLE occupations (
  city          text NOT NULL,
  code          text NOT NULL,
  position      integer NOT NULL,
  name          text NOT NULL,
  officer_group text NOT NULL,
  officer_group_name text NOT NULL,
  edition       text NOT NULL,
  aliases       text[] NOT NULL,
  PRIMARY KEY (city, code)
);

CREATE TABLE indicators (
  city          text NOT NULL,
  code          text NOT NULL,
  position      integer NOT NULL,
  name          text NOT NULL,
  name_en       text NOT NULL,
  unit          text NOT NULL,
  note          text NOT NULL,
  PRIMARY KEY (city, code)
);

CREATE TABLE targets (
  city          text NOT NULL,
  region        text NOT NULL,
  indicator     text NOT NULL,
  period_start  date NOT NULL,
  period_end    date NOT NULL,
  target        double precision NOT NULL,
  source        text NOT NULL,
  PRIMARY KEY (city, region, indicator, period_start)
);

CREATE TABLE levers (
  city          text NOT NULL,
  code          text NOT NULL,
  position      integer NOT NULL,
  name          text NOT NULL,
  name_en       text NOT NULL,
  officer_groups text[] NOT NULL,
  lead_time_months integer NOT NULL,
  capacity      double precision,
  capacity_unit text NOT NULL,
  source        text NOT NULL,
  PRIMARY KEY (city, code)
);
