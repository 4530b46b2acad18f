-- Whether an agent has said what its target runs since the record was put back from a backup the last time.
ALTER TABLE agents ADD COLUMN heard BIGINT NOT NULL DEFAULT 1;

-- The target that said a revision which the record had lost. The server did not make it: it gives nobody artifacts or secrets for it.
ALTER TABLE revisions ADD COLUMN said_by TEXT;
