-- What people decided about the changes of a release, what they wrote about them, and work items as they were imported.
CREATE TABLE adjustments (
  product KEYTEXT NOT NULL,
  version KEYTEXT NOT NULL,
  number BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (product, version, number)
);

CREATE TABLE wordings (
  product KEYTEXT NOT NULL,
  version KEYTEXT NOT NULL,
  number BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (product, version, number)
);

CREATE TABLE work_items (
  tracker KEYTEXT NOT NULL,
  item KEYTEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (tracker, item)
);
