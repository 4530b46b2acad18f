-- What is wrong with releases; what people say about anything, who follows it and what they should know of; who stands in
-- for whom.
CREATE TABLE issues (
  id BIGINT PRIMARY KEY,
  product KEYTEXT NOT NULL,
  version KEYTEXT NOT NULL,
  is_open BIGINT NOT NULL,
  severity BIGINT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX issues_by_release ON issues (product, version, id);
CREATE INDEX issues_open ON issues (is_open, severity, id);

CREATE TABLE comments (
  id BIGINT PRIMARY KEY,
  subject KEYTEXT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX comments_by_subject ON comments (subject, id);

CREATE TABLE followers (
  subject KEYTEXT NOT NULL,
  person KEYTEXT NOT NULL,
  follows BIGINT NOT NULL,
  PRIMARY KEY (subject, person)
);

CREATE TABLE news (
  id BIGINT PRIMARY KEY,
  person KEYTEXT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX news_by_person ON news (person, id);

CREATE TABLE delegations (
  person KEYTEXT PRIMARY KEY,
  stands_in KEYTEXT NOT NULL,
  until BIGINT NOT NULL,
  record TEXT NOT NULL
);
CREATE INDEX delegations_by_who_stands_in ON delegations (stands_in, until);
