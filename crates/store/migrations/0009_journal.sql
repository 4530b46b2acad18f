-- What an agent found wrong with the journal when it last looked, in words; none while it is content.
ALTER TABLE agents ADD COLUMN journal_alarm TEXT;
