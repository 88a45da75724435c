-- How did each indicator grow in each region? Every month as known by a moment.
-- $1 city, $2 known until (local time)
SELECT DISTINCT ON (indicator, region, month) indicator, region, month, value
  FROM outcome_versions
 WHERE city = $1 AND known_at <= $2::timestamp
 ORDER BY indicator, region, month, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
