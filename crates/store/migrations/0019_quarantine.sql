-- Artifacts that controls keep in quarantine, or kept there before: what stops each, and since when.
CREATE TABLE quarantine (
  product KEYTEXT NOT NULL,
  component KEYTEXT NOT NULL,
  digest BYTES NOT NULL,
  held BIGINT NOT NULL,
  record TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (product, component, digest)
);
