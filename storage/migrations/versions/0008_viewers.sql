-- How many different people a share lets in ------------------------------------------------------------------------------

ALTER TABLE share ADD COLUMN viewers_max INTEGER;
ALTER TABLE share ADD COLUMN viewers_used INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE share ADD CONSTRAINT ck_share_viewers CHECK (viewers_max IS NULL OR viewers_used <= viewers_max);

CREATE TABLE share_viewer (
    share_id UUID NOT NULL,
    person_id UUID NOT NULL,
    CONSTRAINT pk_share_viewer PRIMARY KEY (share_id, person_id),
    CONSTRAINT fk_share_viewer_share_id FOREIGN KEY (share_id) REFERENCES share (id),
    CONSTRAINT fk_share_viewer_person_id FOREIGN KEY (person_id) REFERENCES person (id)
);
CREATE INDEX ix_share_viewer_person_id ON share_viewer (person_id);
