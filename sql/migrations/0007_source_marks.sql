-- What is remembered of a feed's source between pulls; written in the transaction that takes what was pulled.
CREATE TABLE source_marks (
  city          text NOT NULL,
  feed          text NOT NULL,               -- the name of the feed's description
  mark          text,                        -- the greatest value of the watermark's column that was seen
  etag          text,                        -- the server's tag of what was pulled
  modified      text,                        -- the server's date of it
  request_sha256 text NOT NULL,              -- of what was asked for, under which rules: tag and date hold for that alone
  run_id        bigint NOT NULL,
  pulled_at     timestamptz NOT NULL,        -- the run's clock
  PRIMARY KEY (city, feed),
  FOREIGN KEY (city, run_id) REFERENCES runs (city, run_id)
);
