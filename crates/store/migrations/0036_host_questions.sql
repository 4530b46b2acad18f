-- What agents are asked about their hosts, whichever server they are in touch with. A row is there as long as somebody waits.
CREATE TABLE host_questions (
  id BIGINT PRIMARY KEY,
  environment KEYTEXT NOT NULL,
  target KEYTEXT NOT NULL,
  question TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  handed_out BIGINT NOT NULL,
  answer TEXT,
  answered_at BIGINT
);
CREATE INDEX host_questions_by_target ON host_questions (environment, target);
