-- Whose reports speak for an enterprise that was merged into another, also where that one was merged into a third: what follows from the links, span by
-- span. A chain of mergers has a row for each enterprise further on.
CREATE TABLE enterprise_mergers (
  city          text NOT NULL,
  enterprise    text NOT NULL,               -- the code of the enterprise that was absorbed, after recoding
  valid_from    timestamp NOT NULL,          -- the span as in enterprise_employers
  valid_to      timestamp NOT NULL,
  absorber      text NOT NULL,               -- the code of an enterprise on the way to the employer, after recoding
  since         date NOT NULL,               -- first day of the month from which on its reports speak for the absorbed one; -infinity: always
  PRIMARY KEY (city, enterprise, valid_from, absorber)
);
ALTER TABLE enterprise_employers DROP COLUMN absorbed_on;
-- The next command loads the reference data anew, and these rows with them.
UPDATE cities SET reference_sha256 = '';
