-- The token that a session, or the link that leads to it, was begun with: it ends with it.
ALTER TABLE sessions ADD COLUMN token TEXT;
CREATE INDEX sessions_by_token ON sessions (token);
