-- What was granted to be passed on takes the visits and places of the link that it was granted of ----------------------

ALTER TABLE share ADD COLUMN limited_by_id UUID CONSTRAINT fk_share_limited_by_id REFERENCES share (id);
