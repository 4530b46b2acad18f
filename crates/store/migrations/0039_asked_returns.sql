-- Returns that somebody asked for who may not roll back themselves, the last one of each deployment.
CREATE TABLE asked_returns (
  deployment BIGINT PRIMARY KEY,
  is_open BIGINT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX asked_returns_open ON asked_returns (is_open, deployment);
