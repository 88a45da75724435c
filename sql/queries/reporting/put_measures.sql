-- Records what was known of the measures on a night.
-- $1 city, $2 run, $3 [{"measure": …, "kind": …, "unit": …, "capacity": …, "used": …, "prior_share": …, "share": …,
-- "hired_in_cases": …, "hired_as_reported": …, "closure": …}]
INSERT INTO report_measures (city, run_id, measure, kind, unit, capacity, used, prior_share, share, hired_in_cases,
                             hired_as_reported, closure)
SELECT $1, $2, measure, kind, unit, capacity, used, prior_share, share, hired_in_cases, hired_as_reported, closure
  FROM jsonb_to_recordset($3::jsonb)
       AS m (measure text, kind text, unit text, capacity double precision, used double precision,
             prior_share double precision, share double precision, hired_in_cases double precision,
             hired_as_reported double precision, closure double precision)
