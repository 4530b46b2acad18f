-- Rollback drills: evidence that going back works. At most one runs in a place.
CREATE TABLE drills (
  id BIGINT PRIMARY KEY,
  product KEYTEXT NOT NULL,
  environment KEYTEXT NOT NULL,
  release_version KEYTEXT NOT NULL,
  running BIGINT NOT NULL,
  record TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX drills_running ON drills (product, environment) WHERE running = 1;
CREATE INDEX drills_by_release ON drills (product, release_version, id);
