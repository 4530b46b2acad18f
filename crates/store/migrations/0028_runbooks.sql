-- Each saving of a runbook, and what deployments run by.
CREATE TABLE runbook_editions (
  product KEYTEXT NOT NULL,
  version KEYTEXT NOT NULL,
  environment KEYTEXT NOT NULL,
  way KEYTEXT NOT NULL,
  edition BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (product, version, environment, way, edition)
);

CREATE TABLE runbook_runs (
  deployment BIGINT NOT NULL,
  way KEYTEXT NOT NULL,
  is_open BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (deployment, way)
);

CREATE INDEX runbook_runs_open ON runbook_runs (is_open, deployment);
