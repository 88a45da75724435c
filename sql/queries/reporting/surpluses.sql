-- Who has people to lend: enterprises that shed staff or have more than they need, the largest surplus first.
-- $1 city, $2 forecast run, $3 known until (local time)
WITH registered AS (
  SELECT DISTINCT ON (credit_code) credit_code, enterprise_name
    FROM enterprise_versions
   WHERE city = $1 AND known_at <= $3::timestamp
   ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
)
SELECT s.credit_code, coalesce(r.enterprise_name, s.credit_code) AS name, s.chain, s.region, s.headcount,
       s.headcount_previous, s.headcount_base, s.shed, s.machines, s.need, s.surplus, s.reason, c.contact_name, c.contact_phone
  FROM forecast_surpluses s
  LEFT JOIN registered r ON r.credit_code = s.credit_code
  LEFT JOIN enterprise_contacts c ON c.city = $1 AND c.credit_code = s.credit_code
 WHERE s.city = $1 AND s.run_id = $2 AND s.scenario = '' AND s.surplus >= 0.5
 ORDER BY s.surplus DESC, s.credit_code COLLATE "C"
