-- People: a level of 0 is none in the whole organisation; their teams may give them one there.
ALTER TABLE people ADD COLUMN kind TEXT NOT NULL DEFAULT 'person';
-- Whose second account, or whose program, this is.
ALTER TABLE people ADD COLUMN owner TEXT;
ALTER TABLE people ADD COLUMN email TEXT;
-- What an identity provider said when they last signed in: their groups, and who they are to it.
ALTER TABLE people ADD COLUMN groups TEXT NOT NULL DEFAULT '[]';
ALTER TABLE people ADD COLUMN issuer TEXT;
ALTER TABLE people ADD COLUMN external TEXT;
-- A PHC string, when they sign in by a password.
ALTER TABLE people ADD COLUMN password TEXT;
CREATE UNIQUE INDEX people_by_external ON people (issuer, external);

-- A token made by a token ends with it and never exceeds it. `repository` stays readable from before scopes.
ALTER TABLE tokens ADD COLUMN parent TEXT;
ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT '{}';
ALTER TABLE tokens ADD COLUMN used_at BIGINT;
CREATE INDEX tokens_by_person ON tokens (person);
CREATE INDEX tokens_by_parent ON tokens (parent);

-- A session has a name that can be shown, and outlives its secret, which is changed from time to time.
ALTER TABLE sessions ADD COLUMN id TEXT;
ALTER TABLE sessions ADD COLUMN began_at BIGINT;
ALTER TABLE sessions ADD COLUMN seen_at BIGINT;
ALTER TABLE sessions ADD COLUMN client TEXT;
-- Until when a secret that was replaced still counts.
ALTER TABLE sessions ADD COLUMN replaced_until BIGINT;
CREATE INDEX sessions_by_person ON sessions (person);

-- Public keys of authenticators (WebAuthn Level 2, §4), one row per credential.
CREATE TABLE passkeys (
  credential BYTES PRIMARY KEY,
  person TEXT NOT NULL REFERENCES people (id),
  title TEXT NOT NULL,
  public_key BYTES NOT NULL,
  sign_count BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT
);

-- Changes that wait for a second person.
CREATE TABLE proposals (
  id BIGINT PRIMARY KEY,
  open BIGINT NOT NULL,
  record TEXT NOT NULL,
  proposed_at BIGINT NOT NULL
);
CREATE INDEX proposals_open ON proposals (open, id);
