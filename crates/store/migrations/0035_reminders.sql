-- What people were reminded of, once for each moment that it was due at: as that came near, and when it was over.
CREATE TABLE reminders (
  subject KEYTEXT NOT NULL,
  due BIGINT NOT NULL,
  nearness KEYTEXT NOT NULL,
  PRIMARY KEY (subject, due, nearness)
);
