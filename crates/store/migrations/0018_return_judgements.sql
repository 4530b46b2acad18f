-- What controls found of each release that a deployment went back to, when it did. It stopped nothing.
CREATE TABLE return_judgements (
  deployment BIGINT NOT NULL,
  release_version KEYTEXT NOT NULL,
  record TEXT NOT NULL,
  judged_at BIGINT NOT NULL,
  PRIMARY KEY (deployment, release_version)
);
