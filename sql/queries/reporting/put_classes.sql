-- Records the classes that a night proposed.
-- $1 city, $2 run, $3 [{"region": …, "occupation": …, "measure": …, …}]
INSERT INTO report_classes (city, run_id, region, occupation, measure, position, regions, least_past, least_ahead, structural,
                            arriving, need, classes, graduates, still_short, ends_in, reason, enterprises)
SELECT $1, $2, region, occupation, measure, position, regions, least_past, least_ahead, structural, arriving, need, classes,
       graduates, still_short, ends_in, reason, enterprises
  FROM jsonb_to_recordset($3::jsonb)
       AS c (region text, occupation text, measure text, position integer, regions text[], least_past integer,
             least_ahead integer, structural integer, arriving integer, need integer, classes integer[], graduates integer,
             still_short integer, ends_in date, reason text, enterprises text[])
