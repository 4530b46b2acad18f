-- What controls found of each release and configuration that a deployment went back to, whenever it did. It stopped nothing.
CREATE TABLE return_judgements (
  deployment BIGINT NOT NULL,
  number BIGINT NOT NULL,
  release_version KEYTEXT NOT NULL,
  snapshot BIGINT NOT NULL,
  record TEXT NOT NULL,
  judged_at BIGINT NOT NULL,
  PRIMARY KEY (deployment, number)
);
