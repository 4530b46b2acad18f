-- Times are microseconds since the epoch. JSON is text. Records carry their own version inside. KEYTEXT stands for text
-- that is listed or searched in the order of its bytes.

CREATE TABLE people (
  id TEXT PRIMARY KEY,
  name KEYTEXT NOT NULL UNIQUE,
  display TEXT NOT NULL,
  level BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  removed_at BIGINT
);

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES people (id),
  name TEXT NOT NULL,
  secret BYTES NOT NULL UNIQUE,
  level BIGINT NOT NULL,
  repository TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT
);

-- Sign-ins of the pages, and the one-time links that begin them (kind `link`).
CREATE TABLE sessions (
  secret BYTES PRIMARY KEY,
  person TEXT NOT NULL REFERENCES people (id),
  kind TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  subject TEXT NOT NULL,
  person TEXT NOT NULL REFERENCES people (id),
  parts TEXT NOT NULL,
  verdict TEXT NOT NULL,
  note TEXT NOT NULL,
  given_at BIGINT NOT NULL
);
CREATE INDEX approvals_by_subject ON approvals (subject);

-- Declared things: organisation, team, programme, product, environment, target, ring.
CREATE TABLE catalog (
  kind TEXT NOT NULL,
  name KEYTEXT NOT NULL,
  record TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (kind, name)
);

CREATE TABLE snapshots (
  product TEXT NOT NULL,
  number BIGINT NOT NULL,
  digest TEXT NOT NULL,
  record TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (product, number)
);

CREATE TABLE secrets (
  product TEXT NOT NULL,
  name TEXT NOT NULL,
  number BIGINT NOT NULL,
  wrapped BYTES NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (product, name, number)
);

CREATE TABLE releases (
  product TEXT NOT NULL,
  version TEXT NOT NULL,
  number BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (product, version)
);
CREATE INDEX releases_by_number ON releases (product, number);

CREATE TABLE revisions (
  id TEXT PRIMARY KEY,
  record TEXT NOT NULL
);

CREATE TABLE deployments (
  id BIGINT PRIMARY KEY,
  product TEXT NOT NULL,
  environment TEXT NOT NULL,
  status TEXT NOT NULL,
  running BIGINT NOT NULL,
  record TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX deployments_by_place ON deployments (product, environment, id);
CREATE UNIQUE INDEX one_running_deployment ON deployments (product, environment) WHERE running = 1;

CREATE TABLE deployment_targets (
  deployment BIGINT NOT NULL REFERENCES deployments (id),
  position BIGINT NOT NULL,
  target KEYTEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (deployment, position)
);

CREATE TABLE desired (
  target KEYTEXT NOT NULL,
  product KEYTEXT NOT NULL,
  generation BIGINT NOT NULL,
  record TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (target, product)
);

CREATE TABLE observed (
  target KEYTEXT NOT NULL,
  product TEXT NOT NULL,
  record TEXT NOT NULL,
  reported_at BIGINT NOT NULL,
  PRIMARY KEY (target, product)
);

-- One row per enrolled target. The cursor counts what was written for it.
CREATE TABLE agents (
  target KEYTEXT PRIMARY KEY,
  serial TEXT NOT NULL,
  -- Of a renewed certificate that was issued and not used yet; the old one is good until then.
  next_serial TEXT NOT NULL DEFAULT '',
  cursor BIGINT NOT NULL,
  enrolled_at BIGINT NOT NULL,
  connected BIGINT NOT NULL,
  connection_changed_at BIGINT NOT NULL,
  program_version TEXT NOT NULL
);

CREATE TABLE enrolments (
  id TEXT PRIMARY KEY,
  secret BYTES NOT NULL UNIQUE,
  environment TEXT NOT NULL,
  uses_left BIGINT NOT NULL,
  -- Whether it may take the place of an agent that is enrolled.
  replaces BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- Keys and certificates of the server's own; secret halves are wrapped under the key file.
CREATE TABLE keys (
  name TEXT PRIMARY KEY,
  public TEXT NOT NULL,
  wrapped BYTES NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  until BIGINT NOT NULL
);

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);

CREATE TABLE journal (
  sequence BIGINT PRIMARY KEY,
  record TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  leaf BYTES NOT NULL
);
CREATE INDEX journal_by_subject ON journal (subject, sequence);

-- Entries that wait for their number; used where transactions commit side by side.
CREATE TABLE journal_waiting (
  position IDENTITY,
  record TEXT NOT NULL
);

CREATE TABLE journal_head (
  one BIGINT PRIMARY KEY,
  size BIGINT NOT NULL,
  frontier BYTES NOT NULL
);

CREATE TABLE journal_tiles (
  level BIGINT NOT NULL,
  position BIGINT NOT NULL,
  hashes BYTES NOT NULL,
  PRIMARY KEY (level, position)
);
