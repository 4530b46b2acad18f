-- The last revision of a product that proved itself on a target: what going back leads to.
CREATE TABLE proved (
  target KEYTEXT NOT NULL,
  product KEYTEXT NOT NULL,
  revision TEXT NOT NULL,
  proved_at BIGINT NOT NULL,
  PRIMARY KEY (target, product)
);
