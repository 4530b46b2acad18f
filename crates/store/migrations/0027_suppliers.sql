-- What suppliers announced, what was seen of them, what is done about it, what they were asked for, and who of them was let in.
CREATE TABLE supplier_watches (
  supplier KEYTEXT NOT NULL,
  component KEYTEXT NOT NULL,
  environment KEYTEXT NOT NULL,
  asked BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (supplier, component, environment)
);

CREATE TABLE supplier_notices (
  id BIGINT PRIMARY KEY,
  supplier KEYTEXT NOT NULL,
  number KEYTEXT NOT NULL,
  awaited BIGINT NOT NULL,
  record TEXT NOT NULL
);
-- Another message with the supplier's own number is another edition of the same notice.
CREATE UNIQUE INDEX supplier_notices_by_number ON supplier_notices (supplier, number);
CREATE INDEX supplier_notices_awaited ON supplier_notices (awaited, id);

CREATE TABLE supplier_observations (
  id BIGINT PRIMARY KEY,
  supplier KEYTEXT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX supplier_observations_by_supplier ON supplier_observations (supplier, id);

CREATE TABLE supplier_responses (
  id BIGINT PRIMARY KEY,
  product KEYTEXT NOT NULL,
  environment KEYTEXT NOT NULL,
  about KEYTEXT NOT NULL,
  counts BIGINT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX supplier_responses_by_place ON supplier_responses (product, environment, counts, id);
CREATE INDEX supplier_responses_by_about ON supplier_responses (about, id);
CREATE INDEX supplier_responses_counting ON supplier_responses (counts, id);

CREATE TABLE supplier_tasks (
  id BIGINT PRIMARY KEY,
  supplier KEYTEXT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX supplier_tasks_by_supplier ON supplier_tasks (supplier, id);

CREATE TABLE supplier_incidents (
  id BIGINT PRIMARY KEY,
  supplier KEYTEXT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX supplier_incidents_by_supplier ON supplier_incidents (supplier, id);

CREATE TABLE supplier_grants (
  nonce KEYTEXT PRIMARY KEY,
  supplier KEYTEXT NOT NULL,
  at BIGINT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX supplier_grants_by_supplier ON supplier_grants (supplier, at);

-- The signed requests that were taken, so that none counts twice.
CREATE TABLE supplier_requests (
  supplier KEYTEXT NOT NULL,
  request KEYTEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (supplier, request)
);
