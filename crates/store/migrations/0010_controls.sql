-- Every version of a control that was ever in force, and who has read it.
CREATE TABLE control_versions (
  name KEYTEXT NOT NULL,
  version BIGINT NOT NULL,
  digest TEXT NOT NULL,
  record TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (name, version)
);

CREATE TABLE acknowledgements (
  control KEYTEXT NOT NULL,
  version BIGINT NOT NULL,
  person KEYTEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (control, version, person)
);
CREATE INDEX acknowledgements_by_person ON acknowledgements (person);

CREATE TABLE waivers (
  id BIGINT PRIMARY KEY,
  product KEYTEXT NOT NULL,
  record TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX waivers_by_product ON waivers (product, expires_at);

-- Nothing was ever written to the one of the first schema.
DROP TABLE approvals;
CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  product KEYTEXT NOT NULL,
  environment KEYTEXT NOT NULL,
  record TEXT NOT NULL,
  given_at BIGINT NOT NULL
);
CREATE INDEX approvals_by_place ON approvals (product, environment, given_at);

CREATE TABLE changes (
  id BIGINT PRIMARY KEY,
  product KEYTEXT NOT NULL,
  environment KEYTEXT NOT NULL,
  state TEXT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX changes_by_place ON changes (product, environment, id);

-- What people and programs supply with a release: the customer's word, an acceptance, a report.
CREATE TABLE evidence (
  product KEYTEXT NOT NULL,
  release_version KEYTEXT NOT NULL,
  number BIGINT NOT NULL,
  record TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  PRIMARY KEY (product, release_version, number)
);

-- What controls found whenever something began, with the facts that they looked at.
CREATE TABLE judgements (
  deployment BIGINT NOT NULL,
  wave BIGINT NOT NULL,
  environment KEYTEXT NOT NULL,
  record TEXT NOT NULL,
  judged_at BIGINT NOT NULL,
  PRIMARY KEY (deployment, wave)
);
