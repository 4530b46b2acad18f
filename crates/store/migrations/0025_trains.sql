-- Trains, each saving of their plans, and the group runs that carried them.
CREATE TABLE trains (
  name KEYTEXT PRIMARY KEY,
  is_open BIGINT NOT NULL,
  made_at BIGINT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX trains_open ON trains (is_open, name);

CREATE TABLE train_plans (
  train KEYTEXT NOT NULL,
  edition BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (train, edition)
);

CREATE TABLE train_runs (
  run BIGINT PRIMARY KEY,
  train KEYTEXT NOT NULL
);
