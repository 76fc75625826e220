-- How materials travel -------------------------------------------------------------------------------------------------

-- Made of the log, and again by `sealshare analytics rebuild`; people are pseudonyms.
CREATE TABLE spread_share (
    share_id UUID NOT NULL,
    material_id UUID NOT NULL,
    root_id UUID NOT NULL,
    parent_id UUID,
    maker TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_spread_share PRIMARY KEY (share_id)
);
CREATE INDEX ix_spread_share_material_id ON spread_share (material_id);
CREATE INDEX ix_spread_share_root_id_maker ON spread_share (root_id, maker);

CREATE TABLE spread_opener (
    share_id UUID NOT NULL,
    who TEXT NOT NULL,
    opens INTEGER NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_spread_opener PRIMARY KEY (share_id, who)
);

CREATE TABLE spread_person (
    root_id UUID NOT NULL,
    who TEXT NOT NULL,
    material_id UUID NOT NULL,
    parent TEXT,
    share_id UUID NOT NULL,
    org TEXT NOT NULL,
    depth INTEGER NOT NULL,
    children INTEGER NOT NULL,
    below INTEGER NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_spread_person PRIMARY KEY (root_id, who)
);
CREATE INDEX ix_spread_person_root_id_parent_below ON spread_person (root_id, parent, below);
CREATE INDEX ix_spread_person_root_id_children ON spread_person (root_id, children);
CREATE INDEX ix_spread_person_material_id_first_at ON spread_person (material_id, first_at);

CREATE TABLE spread_level (
    root_id UUID NOT NULL,
    depth INTEGER NOT NULL,
    people INTEGER NOT NULL,
    CONSTRAINT pk_spread_level PRIMARY KEY (root_id, depth)
);

CREATE TABLE spread_root (
    root_id UUID NOT NULL,
    material_id UUID NOT NULL,
    below BIGINT NOT NULL,
    below_squared BIGINT NOT NULL,
    CONSTRAINT pk_spread_root PRIMARY KEY (root_id)
);
CREATE INDEX ix_spread_root_material_id ON spread_root (material_id);

CREATE TABLE spread_hour (
    share_id UUID NOT NULL,
    hour TIMESTAMP WITH TIME ZONE NOT NULL,
    opens INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    downloads INTEGER NOT NULL,
    CONSTRAINT pk_spread_hour PRIMARY KEY (share_id, hour)
);

-- Whose branch below a root share was cut: what they passed on is closed, and they pass nothing on any more.
CREATE TABLE share_cut (
    root_id UUID NOT NULL,
    person_id UUID NOT NULL,
    cut_by UUID NOT NULL,
    cut_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_share_cut PRIMARY KEY (root_id, person_id),
    CONSTRAINT fk_share_cut_root_id FOREIGN KEY(root_id) REFERENCES share (id),
    CONSTRAINT fk_share_cut_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_share_cut_cut_by FOREIGN KEY(cut_by) REFERENCES person (id)
);
