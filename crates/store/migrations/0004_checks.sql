-- What the checks of deployments were answered.
CREATE TABLE measurements (
  deployment BIGINT NOT NULL,
  wave BIGINT NOT NULL,
  check_name KEYTEXT NOT NULL,
  number BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (deployment, wave, check_name, number)
);
