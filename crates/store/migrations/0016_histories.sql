-- Histories after the first, which has no row.
CREATE TABLE incarnations (
  number BIGINT PRIMARY KEY,
  record TEXT NOT NULL,
  begun_at BIGINT NOT NULL
);

-- Each time that a backup was put back. Until a history began because of it, nobody is told anything.
CREATE TABLE restores (
  restored_at BIGINT PRIMARY KEY,
  record TEXT NOT NULL,
  incarnation BIGINT
);
