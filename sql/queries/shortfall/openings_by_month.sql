-- How did unfilled openings, new openings and hires of every cell move, month by month, as far as known at a moment?
-- $1 city, $2 known_until (timestamp). A job's state at a month's end is the newest version of any of its postings by then; it counts while its
-- status is open, it has been posted, and its last day has not passed. Each version adds its gap in the first month whose end it covers and
-- takes it away in the first that it does not: the running sum over months is the stock, without a join per month.
-- Postings that are decided to be one job by the rule in force at the moment (`job_decisions`) follow one another as one posting would.
-- `ended` counts jobs whose end was reported (a status other than open): where none ever is, earlier months show survivors only.
WITH enterprise AS (
  SELECT DISTINCT ON (credit_code) credit_code, chain
  FROM enterprise_versions WHERE city = $1 AND known_at <= $2::timestamp
  ORDER BY credit_code, known_at DESC, received_at DESC, run_id DESC, file_no DESC, line DESC
), follower AS MATERIALIZED (
  SELECT d.source, d.posting_id, d.job_source, d.job_posting_id
  FROM job_decisions d JOIN job_rules r ON r.city = $1 AND r.version = d.rule_version
  WHERE d.city = $1 AND r.valid_from <= $2::timestamp AND r.valid_to > $2::timestamp AND d.since <= $2::timestamp
), version AS (
  SELECT v.credit_code, v.chain, v.region, v.occupation, v.headcount, v.filled, v.status, v.known_at, v.posted_on, v.closes_on,
    lead(v.known_at) OVER w AS next_known_at,
    max(v.headcount) OVER before AS headcount_before,
    max(v.filled) OVER before AS filled_before,
    lag(v.status) OVER w AS status_before
  FROM vacancy_versions v
  LEFT JOIN follower f ON f.source = v.source AND f.posting_id = v.posting_id
  WHERE v.city = $1 AND v.known_at <= $2::timestamp
  WINDOW w AS (
      PARTITION BY coalesce(f.job_source, v.source), coalesce(f.job_posting_id, v.posting_id)
      ORDER BY v.known_at, v.source, v.posting_id, v.received_at, v.run_id, v.file_no, v.line),
    before AS (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), spell AS (
  SELECT coalesce(v.chain, e.chain, '') AS chain, v.region, v.occupation,
    v.headcount, v.filled, v.headcount_before, v.filled_before,
    CASE WHEN v.status = 'open' THEN greatest(v.headcount - v.filled, 0) ELSE 0 END AS gap,
    date_trunc('month', greatest(v.known_at, v.posted_on::timestamp))::date AS first_month,
    date_trunc('month', least(v.next_known_at, v.closes_on + interval '1 day'))::date AS gone_month,
    v.status <> 'open' AND coalesce(v.status_before, 'open') = 'open' AS ends
  FROM version v
  LEFT JOIN enterprise e ON e.credit_code = v.credit_code
), event AS (
  SELECT chain, region, occupation, first_month AS month, gap AS change,
    greatest(headcount - coalesce(headcount_before, 0), 0) AS sought,
    greatest(filled - coalesce(filled_before, 0), 0) AS hired, ends::integer AS ended
  FROM spell
  UNION ALL
  -- A spell that is over before its first month's end never counts.
  SELECT chain, region, occupation, greatest(gone_month, first_month), -gap, 0, 0, 0
  FROM spell WHERE gap > 0 AND gone_month IS NOT NULL
)
SELECT chain, region, occupation, month, sum(change)::bigint AS change,
  sum(sought)::bigint AS sought, sum(hired)::bigint AS hired, sum(ended)::bigint AS ended
FROM event
WHERE month <= $2::timestamp
GROUP BY chain, region, occupation, month
ORDER BY chain, region, occupation, month
