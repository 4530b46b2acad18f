-- Handovers of releases: how each is now, and every edition of it.
CREATE TABLE handovers (
  product KEYTEXT NOT NULL,
  version KEYTEXT NOT NULL,
  kind KEYTEXT NOT NULL,
  is_open BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (product, version, kind)
);

CREATE INDEX handovers_open ON handovers (is_open, product, version, kind);

CREATE TABLE handover_editions (
  product KEYTEXT NOT NULL,
  version KEYTEXT NOT NULL,
  kind KEYTEXT NOT NULL,
  edition BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (product, version, kind, edition)
);
