-- What was granted of a share ------------------------------------------------------------------------------------------

CREATE INDEX ix_access_request_granted ON access_request (root_id) WHERE granted_id IS NOT NULL;

-- How many different people each share of a task lets in ---------------------------------------------------------------

ALTER TABLE task ADD COLUMN viewers_max INTEGER;
