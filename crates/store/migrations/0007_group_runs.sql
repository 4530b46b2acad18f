-- Group runs: deployments that move in lockstep.
CREATE TABLE group_runs (
  id BIGINT PRIMARY KEY,
  running BIGINT NOT NULL,
  record TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX group_runs_running ON group_runs (running, id);
