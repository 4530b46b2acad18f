-- When the bytes of a blob were last compared with its digest, and when they were found to be others or gone.
ALTER TABLE registry_blobs ADD COLUMN checked_at BIGINT;
ALTER TABLE registry_blobs ADD COLUMN damaged_at BIGINT;
CREATE INDEX registry_blobs_checked ON registry_blobs (checked_at);
UPDATE registry_blobs SET checked_at = created;
