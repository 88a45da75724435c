-- Whom to call: the openings of every cell by enterprise, with the newest name known by the forecast's cut-off and the contact. Where the
-- register does not know an enterprise, its newest posting or plan names it.
-- Key firms whose reports are missing have all their rows in their chain and region, with what is missing; one without any has one of its own.
-- $1 city, $2 forecast run, $3 known until (local time)
WITH key_firm AS (
  SELECT credit_code, chain, region, plans_wave, headcount_month
    FROM forecast_key_firms WHERE city = $1 AND run_id = $2 AND scenario = ''
), part AS (
  SELECT credit_code, chain, region, occupation, openings, planned_hires, expected, oldest_posted_on, salary_min, salary_max
    FROM forecast_enterprises WHERE city = $1 AND run_id = $2 AND scenario = ''
), wanted AS (
  SELECT credit_code, chain, region, coalesce(p.occupation, '') AS occupation, coalesce(p.openings, 0) AS openings, p.planned_hires,
         coalesce(p.expected, 0) AS expected, p.oldest_posted_on, p.salary_min, p.salary_max, k.plans_wave, k.headcount_month
    FROM part p FULL JOIN key_firm k USING (credit_code, chain, region)
   WHERE p.openings >= 0.5 OR p.expected >= 0.5 OR k.credit_code IS NOT NULL
), registered AS (
  SELECT DISTINCT ON (credit_code) credit_code, enterprise_name
    FROM enterprise_versions
   WHERE city = $1 AND known_at <= $3::timestamp
   ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), posted AS (
  SELECT DISTINCT ON (v.credit_code) v.credit_code, v.enterprise_name
    FROM vacancy_versions v
   WHERE v.city = $1 AND v.known_at <= $3::timestamp AND v.enterprise_name IS NOT NULL
     AND v.credit_code IN (SELECT credit_code FROM wanted EXCEPT SELECT credit_code FROM registered)
   ORDER BY v.credit_code, v.known_at DESC, v.received_at DESC, v.run_id DESC, v.file_no DESC, v.line DESC
)
SELECT w.credit_code, coalesce(r.enterprise_name, p.enterprise_name, w.credit_code) AS name, chain, region, occupation,
       openings, planned_hires, expected, oldest_posted_on, salary_min, salary_max, c.contact_name, c.contact_phone,
       plans_wave, headcount_month
  FROM wanted w
  LEFT JOIN registered r ON r.credit_code = w.credit_code
  LEFT JOIN posted p ON p.credit_code = w.credit_code
  LEFT JOIN enterprise_contacts c ON c.city = $1 AND c.credit_code = w.credit_code
 ORDER BY expected DESC, openings DESC, w.credit_code COLLATE "C", chain COLLATE "C", region COLLATE "C",
       occupation COLLATE "C"
