-- What the calendar of the feeds is judged by: one row a file that was taken, beside its row of the ledger.
CREATE TABLE file_traits (
  city          text NOT NULL,
  run_id        bigint NOT NULL,
  file_no       integer NOT NULL,
  description   text NOT NULL,               -- name of the feed's description; empty: taken before this table was
  series        text NOT NULL,               -- the file's name without digits and ending: files of one series follow one another
  newest_known_at timestamp,                 -- newest clock of its good rows, rows later than the run's clock left out
  future_rows   bigint NOT NULL,             -- rows whose clock is more than a day ahead of the run's
  is_cut_off    boolean NOT NULL,            -- the last row is shorter than the header
  regions       text[] NOT NULL,             -- named by its rows, with the number of rows beside
  region_rows   bigint[] NOT NULL,
  chains        text[] NOT NULL,
  chain_rows    bigint[] NOT NULL,
  PRIMARY KEY (city, run_id, file_no),
  FOREIGN KEY (city, run_id, file_no) REFERENCES run_files (city, run_id, file_no)
);

-- Files taken before: their newest records are in the facts.
INSERT INTO file_traits (city, run_id, file_no, description, series, newest_known_at, future_rows, is_cut_off, regions, region_rows, chains,
                         chain_rows)
SELECT f.city, f.run_id, f.file_no, '', '', v.newest, 0, false, '{}', '{}', '{}', '{}'
  FROM run_files f
  LEFT JOIN (SELECT city, run_id, file_no, max(known_at) AS newest FROM vacancy_versions GROUP BY city, run_id, file_no
             UNION ALL SELECT city, run_id, file_no, max(known_at) FROM unemployment_versions GROUP BY city, run_id, file_no
             UNION ALL SELECT city, run_id, file_no, max(known_at) FROM hiring_plan_versions GROUP BY city, run_id, file_no
             UNION ALL SELECT city, run_id, file_no, max(known_at) FROM headcount_versions GROUP BY city, run_id, file_no
             UNION ALL SELECT city, run_id, file_no, max(known_at) FROM supply_pipeline_versions GROUP BY city, run_id, file_no
             UNION ALL SELECT city, run_id, file_no, max(known_at) FROM indicator_versions GROUP BY city, run_id, file_no
             UNION ALL SELECT city, run_id, file_no, max(known_at) FROM outcome_versions GROUP BY city, run_id, file_no) v
    ON v.city = f.city AND v.run_id = f.run_id AND v.file_no = f.file_no
 WHERE f.status = 'taken';
