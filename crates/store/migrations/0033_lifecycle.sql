-- What was told of builds and tests, as it came. A fact waits while the registry knows none of the artifacts of its run.
CREATE TABLE lifecycle_facts (
  product KEYTEXT NOT NULL,
  fact KEYTEXT NOT NULL,
  run KEYTEXT NOT NULL,
  received BIGINT NOT NULL,
  is_waiting BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (product, fact)
);

CREATE INDEX lifecycle_facts_by_run ON lifecycle_facts (product, run);
CREATE INDEX lifecycle_facts_by_time ON lifecycle_facts (product, received, fact);
CREATE INDEX lifecycle_facts_waiting ON lifecycle_facts (product, is_waiting, received);

-- The artifacts that the facts of a run name.
CREATE TABLE lifecycle_runs (
  product KEYTEXT NOT NULL,
  digest BYTES NOT NULL,
  run KEYTEXT NOT NULL,
  PRIMARY KEY (product, digest, run)
);

CREATE INDEX lifecycle_runs_by_run ON lifecycle_runs (product, run);
