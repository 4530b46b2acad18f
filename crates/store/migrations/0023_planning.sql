-- Release plans, each saving of them; what they book; and tasks. What has no due time is due at the end of time.
CREATE TABLE release_plans (
  product KEYTEXT NOT NULL,
  version KEYTEXT NOT NULL,
  edition BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (product, version, edition)
);

CREATE TABLE bookings (
  product KEYTEXT NOT NULL,
  version KEYTEXT NOT NULL,
  number BIGINT NOT NULL,
  environment KEYTEXT NOT NULL,
  from_time BIGINT NOT NULL,
  until_time BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (product, version, number)
);
CREATE INDEX bookings_by_time ON bookings (until_time);

CREATE TABLE tasks (
  id BIGINT PRIMARY KEY,
  product KEYTEXT NOT NULL,
  version KEYTEXT NOT NULL,
  owner KEYTEXT NOT NULL,
  assignee KEYTEXT NOT NULL,
  pending BIGINT NOT NULL,
  due BIGINT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX tasks_by_release ON tasks (product, version);
CREATE INDEX tasks_by_owner ON tasks (owner, pending, due);
CREATE INDEX tasks_by_assignee ON tasks (assignee, pending, due);
