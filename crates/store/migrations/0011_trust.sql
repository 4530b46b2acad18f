-- Manifests that speak of an artifact and were not read yet. Whoever has read one deletes the row, unless it was put
-- again meanwhile.
CREATE TABLE attachments_unread (
  product KEYTEXT NOT NULL,
  component KEYTEXT NOT NULL,
  manifest BYTES NOT NULL,
  artifact BYTES NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (product, component, manifest)
);
CREATE INDEX attachments_unread_since ON attachments_unread (since);
CREATE INDEX attachments_unread_by_artifact ON attachments_unread (artifact);
INSERT INTO attachments_unread (product, component, manifest, artifact, since)
  SELECT l.product, l.component, m.digest, m.subject, m.created FROM registry_manifests m
  JOIN registry_manifest_links l ON l.digest = m.digest WHERE m.subject IS NOT NULL;

-- What was read: one row for each thing that a manifest attaches to an artifact.
CREATE TABLE attachments (
  product KEYTEXT NOT NULL,
  component KEYTEXT NOT NULL,
  artifact BYTES NOT NULL,
  manifest BYTES NOT NULL,
  place BIGINT NOT NULL,
  received BIGINT NOT NULL,
  is_bill BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (product, component, artifact, manifest, place)
);
CREATE INDEX attachments_by_manifest ON attachments (manifest);

-- The parts of bills of materials, by what they are looked for by.
CREATE TABLE bill_parts (
  key KEYTEXT NOT NULL,
  product KEYTEXT NOT NULL,
  component KEYTEXT NOT NULL,
  artifact BYTES NOT NULL,
  manifest BYTES NOT NULL,
  number BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (key, product, component, artifact, manifest, number)
);
CREATE INDEX bill_parts_by_manifest ON bill_parts (manifest);

-- Known vulnerabilities, as they were imported, and the packages that they are about.
CREATE TABLE advisories (
  id KEYTEXT PRIMARY KEY,
  imported_at BIGINT NOT NULL,
  record TEXT NOT NULL
);
CREATE TABLE advisory_packages (
  ecosystem KEYTEXT NOT NULL,
  name KEYTEXT NOT NULL,
  advisory KEYTEXT NOT NULL,
  PRIMARY KEY (ecosystem, name, advisory)
);
CREATE INDEX advisory_packages_by_advisory ON advisory_packages (advisory);
