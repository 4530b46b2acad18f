-- When the certificate was issued that an agent shows, where that is known: after a backup was put back, a younger one that the
-- record does not know takes its place.
ALTER TABLE agents ADD COLUMN issued_at BIGINT;
