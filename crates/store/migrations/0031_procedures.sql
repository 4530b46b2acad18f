-- Every version of a procedure that was ever in force, who has read it, and what became of it beside.
CREATE TABLE procedure_versions (
  name KEYTEXT NOT NULL,
  version BIGINT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (name, version)
);

CREATE TABLE procedure_acknowledgements (
  procedure KEYTEXT NOT NULL,
  version BIGINT NOT NULL,
  person KEYTEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (procedure, version, person)
);
CREATE INDEX procedure_acknowledgements_by_person ON procedure_acknowledgements (person);

CREATE TABLE procedure_states (
  name KEYTEXT PRIMARY KEY,
  record TEXT NOT NULL
);
