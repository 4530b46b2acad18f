-- The token that a session, or the link that leads to it, was begun with: it ends with it.
ALTER TABLE sessions ADD COLUMN token TEXT;
CREATE INDEX sessions_by_token ON sessions (token);

-- The groups that each identity provider named when somebody last came by it, by the provider's name. Those of `groups` are
-- nobody's: they count until the next sign-in.
ALTER TABLE people ADD COLUMN groups_by TEXT NOT NULL DEFAULT '{}';
UPDATE people SET groups_by = '{"before":' || groups || '}' WHERE groups <> '[]';
