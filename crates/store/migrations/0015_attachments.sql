-- One manifest may speak of several artifacts. What is read for the first time goes before what is read again; what
-- failed waits longer each time. A change while somebody reads is noticed by `version`.
CREATE TABLE attachments_to_read (
  product KEYTEXT NOT NULL,
  component KEYTEXT NOT NULL,
  manifest BYTES NOT NULL,
  artifact BYTES NOT NULL,
  received BIGINT NOT NULL,
  again BIGINT NOT NULL,
  due BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (product, component, manifest, artifact)
);
INSERT INTO attachments_to_read (product, component, manifest, artifact, received, again, due, tries, version)
  SELECT product, component, manifest, artifact, since, 0, since, 0, 0 FROM attachments_unread;
DROP TABLE attachments_unread;
ALTER TABLE attachments_to_read RENAME TO attachments_unread;
CREATE INDEX attachments_unread_due ON attachments_unread (again, due);
CREATE INDEX attachments_unread_of ON attachments_unread (artifact);
