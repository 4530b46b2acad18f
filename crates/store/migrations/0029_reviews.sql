-- What people make of a release that went out, what was in front of them when they closed it, and what is to be better next time.
CREATE TABLE reviews (
  product KEYTEXT NOT NULL,
  version KEYTEXT NOT NULL,
  begun BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (product, version)
);
CREATE INDEX reviews_by_time ON reviews (begun);

CREATE TABLE review_reports (
  product KEYTEXT NOT NULL,
  version KEYTEXT NOT NULL,
  hash KEYTEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (product, version, hash)
);

ALTER TABLE tasks ADD COLUMN is_action BIGINT NOT NULL DEFAULT 0;
CREATE INDEX tasks_by_action ON tasks (is_action, id);
