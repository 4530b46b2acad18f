-- What was found of targets and people before deployments began: evidence about their plans.
CREATE TABLE preflights (
  id BIGINT PRIMARY KEY,
  product KEYTEXT NOT NULL,
  environment KEYTEXT NOT NULL,
  release_version KEYTEXT NOT NULL,
  plan TEXT NOT NULL,
  snapshot BIGINT NOT NULL,
  passed BIGINT NOT NULL,
  record TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX preflights_by_plan ON preflights (plan, id);
CREATE INDEX preflights_by_place ON preflights (product, environment, id);

-- Who said that they are on duty while a release goes to an environment: their last word counts.
CREATE TABLE duties (
  product KEYTEXT NOT NULL,
  release_version KEYTEXT NOT NULL,
  environment KEYTEXT NOT NULL,
  person KEYTEXT NOT NULL,
  record TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (product, release_version, environment, person)
);
