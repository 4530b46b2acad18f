-- By what a session began, or whom a link is for: a link that somebody else made stands for a forgotten password.
ALTER TABLE sessions ADD COLUMN how TEXT;

-- The trust by which a program got its token: it ends with it.
ALTER TABLE tokens ADD COLUMN trust TEXT;

-- Tries to sign in that did not succeed, by the hash of the account's name or of the network that they came from. What was
-- typed as a name may have been a password.
CREATE TABLE sign_in_tries (
  subject BYTES PRIMARY KEY,
  count BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);
CREATE INDEX sign_in_tries_by_time ON sign_in_tries (last_at);

-- Whose tokens a service account is lent to.
CREATE TABLE trusts (
  person TEXT NOT NULL REFERENCES people (id),
  name KEYTEXT NOT NULL,
  record TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (person, name)
);
