-- How far each person was told by mail what is new for them. What is new waits for a mail unless one is under way, or they want none.
CREATE TABLE news_mailings (
  person KEYTEXT PRIMARY KEY,
  up_to BIGINT NOT NULL,
  waits BIGINT NOT NULL,
  record TEXT NOT NULL
);
