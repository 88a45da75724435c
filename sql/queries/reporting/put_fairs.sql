-- Records the sessions of fairs that a night planned.
-- $1 city, $2 run, $3 [{"day": …, "venue": …, "chain": …, "region": …, …}]
INSERT INTO report_fairs (city, run_id, day, venue, chain, region, is_fixed, openings, expected, exceedance, value, repetition,
                          balance, turn, occupations, enterprises)
SELECT $1, $2, day, venue, chain, region, is_fixed, openings, expected, exceedance, value, repetition, balance, turn, occupations,
       enterprises
  FROM jsonb_to_recordset($3::jsonb)
       AS f (day date, venue text, chain text, region text, is_fixed boolean, openings double precision,
             expected double precision, exceedance double precision, value double precision, repetition double precision,
             balance double precision, turn integer, occupations text[], enterprises text[])
