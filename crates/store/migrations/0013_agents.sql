-- Since when an agent's certificates are refused; whoever enrols in its place ends that.
ALTER TABLE agents ADD COLUMN revoked_at BIGINT;

-- Keys that desired states are signed with. The newest signs; each but the first is vouched for by the one before it.
CREATE TABLE instruction_keys (
  number BIGINT PRIMARY KEY,
  wrapped BYTES NOT NULL,
  -- The earlier key's word for this one, an envelope.
  succession TEXT,
  created_at BIGINT NOT NULL
);
