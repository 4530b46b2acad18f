-- Messages, what became of them with each recipient, what stakeholders said, and who bounced. A message about a product has no
-- version. The message of an invitation to opt in is 0.
CREATE TABLE messages (
  id BIGINT PRIMARY KEY,
  product KEYTEXT NOT NULL,
  version KEYTEXT NOT NULL,
  running BIGINT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX messages_by_product ON messages (product, version, id);
CREATE INDEX messages_running ON messages (running, id);

CREATE TABLE deliveries (
  id BIGINT PRIMARY KEY,
  message BIGINT NOT NULL,
  channel KEYTEXT NOT NULL,
  audience KEYTEXT NOT NULL,
  recipient KEYTEXT NOT NULL,
  state KEYTEXT NOT NULL,
  at BIGINT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX deliveries_by_message ON deliveries (message, state, id);
CREATE INDEX deliveries_by_turn ON deliveries (state, at, id);
CREATE INDEX deliveries_by_recipient ON deliveries (recipient, state, id);
-- An invitation may be repeated; a message goes to each recipient once.
CREATE UNIQUE INDEX deliveries_once ON deliveries (message, recipient) WHERE message > 0;

CREATE TABLE left_out (
  message BIGINT NOT NULL,
  number BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (message, number)
);

CREATE TABLE opt_ins (
  stakeholder KEYTEXT NOT NULL,
  audience KEYTEXT NOT NULL,
  address KEYTEXT NOT NULL,
  link KEYTEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (stakeholder, audience, address)
);
CREATE UNIQUE INDEX opt_ins_by_link ON opt_ins (link);
CREATE INDEX opt_ins_by_address ON opt_ins (audience, address);

CREATE TABLE bounces (
  recipient KEYTEXT PRIMARY KEY,
  at BIGINT NOT NULL,
  record TEXT NOT NULL
);
