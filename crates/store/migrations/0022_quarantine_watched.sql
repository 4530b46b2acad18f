-- Whether all that a manifest attaches was read as something said of the artifact. Until it was, it is an artifact itself.
ALTER TABLE attachments ADD COLUMN is_evidence BIGINT NOT NULL DEFAULT 0;
INSERT INTO attachments_unread (product, component, manifest, artifact, received, again, due, tries, version)
  SELECT product, component, manifest, artifact, MIN(received), 1, 0, 0, 0 FROM attachments
  GROUP BY product, component, manifest, artifact
  ON CONFLICT (product, component, manifest, artifact) DO NOTHING;

-- Artifacts of which the journal may have to be told something else: put, spoken of, or excepted since they were looked at.
CREATE TABLE quarantine_due (
  product KEYTEXT NOT NULL,
  component KEYTEXT NOT NULL,
  digest BYTES NOT NULL,
  due BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  PRIMARY KEY (product, component, digest)
);
CREATE INDEX quarantine_due_by_time ON quarantine_due (due);
