-- Records the rows of a night's lists, one array a column.
-- $1 city, $2 run, $3 teams, $4 chains, $5 regions, $6 occupations, $7 ranks, $8 levels, $9 openings, $10 expected, $11 first seen
INSERT INTO report_rows (city, run_id, team, chain, region, occupation, rank, level, openings, expected, first_seen)
SELECT $1, $2, team, chain, region, occupation, rank, level, openings, expected, first_seen
  FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::text[], $9::double precision[],
              $10::double precision[], $11::date[])
       AS r (team, chain, region, occupation, rank, level, openings, expected, first_seen)
