-- What was granted of a share ------------------------------------------------------------------------------------------

CREATE INDEX ix_access_request_granted ON access_request (root_id) WHERE granted_id IS NOT NULL;
