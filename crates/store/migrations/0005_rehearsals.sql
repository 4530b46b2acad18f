-- Forecasts of deployments that had not begun: evidence about their plans.
CREATE TABLE rehearsals (
  id BIGINT PRIMARY KEY,
  product KEYTEXT NOT NULL,
  environment KEYTEXT NOT NULL,
  release_version KEYTEXT NOT NULL,
  plan TEXT NOT NULL,
  record TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX rehearsals_by_plan ON rehearsals (plan, id);
CREATE INDEX rehearsals_by_place ON rehearsals (product, environment, id);
