-- The registry's metadata. Blobs themselves are files named by digest; a row here is what makes one visible.
-- Portable between SQLite and PostgreSQL: BYTES stands for BLOB or BYTEA, KEYTEXT for
-- text in the order of its bytes, times are microseconds since the epoch.

CREATE TABLE registry_blobs (
    digest BYTES NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE registry_manifests (
    digest BYTES NOT NULL PRIMARY KEY,
    media_type TEXT NOT NULL,
    artifact_type TEXT,
    subject BYTES,
    annotations TEXT,
    body BYTES NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX registry_manifests_by_subject ON registry_manifests (subject);

-- A blob is readable in the repositories that link it, and nowhere else.
CREATE TABLE registry_blob_links (
    product KEYTEXT NOT NULL,
    component KEYTEXT NOT NULL,
    digest BYTES NOT NULL,
    PRIMARY KEY (product, component, digest)
);
CREATE INDEX registry_blob_links_by_digest ON registry_blob_links (digest);

CREATE TABLE registry_manifest_links (
    product KEYTEXT NOT NULL,
    component KEYTEXT NOT NULL,
    digest BYTES NOT NULL,
    PRIMARY KEY (product, component, digest)
);
CREATE INDEX registry_manifest_links_by_digest ON registry_manifest_links (digest);

CREATE TABLE registry_tags (
    product KEYTEXT NOT NULL,
    component KEYTEXT NOT NULL,
    tag KEYTEXT NOT NULL,
    digest BYTES NOT NULL,
    moved BIGINT NOT NULL,
    PRIMARY KEY (product, component, tag)
);
CREATE INDEX registry_tags_by_digest ON registry_tags (digest);

-- From a manifest to the blobs and child manifests that it names.
CREATE TABLE registry_references (
    manifest BYTES NOT NULL,
    digest BYTES NOT NULL,
    PRIMARY KEY (manifest, digest)
);
CREATE INDEX registry_references_by_digest ON registry_references (digest);

-- Somebody was told that this exists and may build on it until then.
CREATE TABLE registry_leases (
    digest BYTES NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
);

-- A release or a rollback needs this manifest. With a tag, the tag may not move either; without one the three
-- columns are empty.
CREATE TABLE registry_pins (
    digest BYTES NOT NULL,
    reason TEXT NOT NULL,
    product KEYTEXT NOT NULL,
    component KEYTEXT NOT NULL,
    tag KEYTEXT NOT NULL,
    PRIMARY KEY (digest, reason, product, component, tag)
);
CREATE INDEX registry_pins_by_tag ON registry_pins (product, component, tag);
CREATE INDEX registry_pins_by_reason ON registry_pins (reason);
