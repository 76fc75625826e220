-- How materials travel -------------------------------------------------------------------------------------------------

-- Made of the log, and again by `sealshare analytics rebuild`; people are pseudonyms.
CREATE TABLE spread_share (
    share_id UUID NOT NULL,
    material_id UUID NOT NULL,
    root_id UUID NOT NULL,
    parent_id UUID,
    maker TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_spread_share PRIMARY KEY (share_id)
);
CREATE INDEX ix_spread_share_material_id ON spread_share (material_id);
CREATE INDEX ix_spread_share_maker ON spread_share (maker) WHERE parent_id IS NULL;
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
CREATE INDEX ix_spread_person_material_id_below ON spread_person (material_id, below)
    WHERE depth > 0 AND children > 0;

CREATE TABLE spread_level (
    root_id UUID NOT NULL,
    depth INTEGER NOT NULL,
    people INTEGER NOT NULL,
    CONSTRAINT pk_spread_level PRIMARY KEY (root_id, depth)
);

CREATE TABLE spread_root (
    root_id UUID NOT NULL,
    material_id UUID NOT NULL,
    maker TEXT NOT NULL,
    people INTEGER NOT NULL,
    below BIGINT NOT NULL,
    below_squared BIGINT NOT NULL,
    CONSTRAINT pk_spread_root PRIMARY KEY (root_id)
);
CREATE INDEX ix_spread_root_material_id_people ON spread_root (material_id, people);

CREATE TABLE spread_hour (
    share_id UUID NOT NULL,
    hour TIMESTAMP WITH TIME ZONE NOT NULL,
    opens INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    downloads INTEGER NOT NULL,
    CONSTRAINT pk_spread_hour PRIMARY KEY (share_id, hour)
) PARTITION BY RANGE (hour);

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

-- Reading and forwards at their source -------------------------------------------------------------------------------

-- What a visit's beacons came to; its clock is shared by all of its pages.
CREATE TABLE beacon_visit (
    visit_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    clock_at TIMESTAMP WITH TIME ZONE NOT NULL,
    accepted INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    forged INTEGER NOT NULL,
    shortened INTEGER NOT NULL,
    CONSTRAINT pk_beacon_visit PRIMARY KEY (visit_id),
    CONSTRAINT fk_beacon_visit_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id)
);

-- Attested reading of one page in one visit, and how much of it the log was told.
CREATE TABLE beacon_page (
    visit_id UUID NOT NULL,
    page INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    told_ms INTEGER NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_beacon_page PRIMARY KEY (visit_id, page),
    CONSTRAINT fk_beacon_page_visit_id FOREIGN KEY(visit_id) REFERENCES beacon_visit (visit_id)
);
CREATE INDEX ix_beacon_page_told_at ON beacon_page (told_at) WHERE ms > told_ms;

-- Links that were made ahead, because a share sheet can't wait. Each becomes a share when it is used, or never.
CREATE TABLE forward_pool (
    token_id BYTEA NOT NULL,
    kid SMALLINT NOT NULL,
    visit_id UUID NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    share_id UUID,
    CONSTRAINT pk_forward_pool PRIMARY KEY (token_id),
    CONSTRAINT fk_forward_pool_visit_id FOREIGN KEY(visit_id) REFERENCES visit (id),
    CONSTRAINT fk_forward_pool_share_id FOREIGN KEY(share_id) REFERENCES share (id)
);
CREATE INDEX ix_forward_pool_visit_id ON forward_pool (visit_id);
CREATE INDEX ix_forward_pool_expires_at ON forward_pool (expires_at) WHERE share_id IS NULL;

-- The chat that a link was first opened in, as a keyed hash of what WeChat calls it.
CREATE TABLE share_chat (
    share_id UUID NOT NULL,
    chat BYTEA NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_share_chat PRIMARY KEY (share_id),
    CONSTRAINT fk_share_chat_share_id FOREIGN KEY(share_id) REFERENCES share (id)
);

-- Sendings that a platform confirmed, each once by its key.
CREATE TABLE share_sending (
    share_id UUID NOT NULL,
    key TEXT NOT NULL,
    channel TEXT NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_share_sending PRIMARY KEY (share_id, key),
    CONSTRAINT fk_share_sending_share_id FOREIGN KEY(share_id) REFERENCES share (id)
);

-- Made of the log, as the tables above: how a visit, a person, a share and a material were read.
ALTER TABLE spread_person ADD COLUMN native TEXT NOT NULL;
CREATE INDEX ix_spread_person_root_id_org_first_at ON spread_person (root_id, org, first_at);

CREATE TABLE read_visit (
    visit_id UUID NOT NULL,
    share_id UUID NOT NULL,
    root_id UUID NOT NULL,
    material_id UUID NOT NULL,
    ver TEXT NOT NULL,
    who TEXT NOT NULL,
    pages INTEGER NOT NULL,
    pages_read INTEGER NOT NULL,
    furthest INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_read_visit PRIMARY KEY (visit_id)
);
CREATE INDEX ix_read_visit_share_id ON read_visit (share_id);
CREATE INDEX ix_read_visit_material_id_ver_who ON read_visit (material_id, ver, who);

CREATE TABLE read_visit_page (
    visit_id UUID NOT NULL,
    page INTEGER NOT NULL,
    ms INTEGER NOT NULL,
    CONSTRAINT pk_read_visit_page PRIMARY KEY (visit_id, page)
);

CREATE TABLE read_page (
    scope_id UUID NOT NULL,
    ver TEXT NOT NULL,
    page INTEGER NOT NULL,
    ms BIGINT NOT NULL,
    readers INTEGER NOT NULL,
    CONSTRAINT pk_read_page PRIMARY KEY (scope_id, ver, page)
);

CREATE TABLE read_version (
    scope_id UUID NOT NULL,
    ver TEXT NOT NULL,
    pages INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    readers INTEGER NOT NULL,
    ms BIGINT NOT NULL,
    pages_read BIGINT NOT NULL,
    furthest BIGINT NOT NULL,
    CONSTRAINT pk_read_version PRIMARY KEY (scope_id, ver)
);

-- What shares, materials, employees, clinics and the brand did, by day and hour -------------------------------------------

-- Made of the log like the tables of how materials travel; its follower makes a partition for each year.
CREATE TABLE spread_subject (
    dim TEXT NOT NULL,
    key TEXT NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE,
    opened_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_spread_subject PRIMARY KEY (dim, key)
);
CREATE INDEX ix_spread_subject_dim_opened_at ON spread_subject (dim, opened_at);

CREATE TABLE spread_day (
    dim TEXT NOT NULL,
    key TEXT NOT NULL,
    day DATE NOT NULL,
    opens INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    downloads INTEGER NOT NULL,
    shares INTEGER NOT NULL,
    intents INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    reach INTEGER NOT NULL,
    viewers INTEGER NOT NULL,
    direct INTEGER NOT NULL,
    newcomers INTEGER NOT NULL,
    readers INTEGER NOT NULL,
    forwarders INTEGER NOT NULL,
    invited INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    read_ms BIGINT NOT NULL,
    new_readers INTEGER NOT NULL,
    new_forwarders INTEGER NOT NULL,
    CONSTRAINT pk_spread_day PRIMARY KEY (dim, key, day)
) PARTITION BY RANGE (day);
CREATE INDEX ix_spread_day_dim_day ON spread_day (dim, day);

CREATE TABLE spread_month (
    dim TEXT NOT NULL,
    key TEXT NOT NULL,
    month DATE NOT NULL,
    opens INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    downloads INTEGER NOT NULL,
    shares INTEGER NOT NULL,
    intents INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    reach INTEGER NOT NULL,
    viewers INTEGER NOT NULL,
    direct INTEGER NOT NULL,
    newcomers INTEGER NOT NULL,
    readers INTEGER NOT NULL,
    forwarders INTEGER NOT NULL,
    invited INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    read_ms BIGINT NOT NULL,
    new_readers INTEGER NOT NULL,
    new_forwarders INTEGER NOT NULL,
    CONSTRAINT pk_spread_month PRIMARY KEY (dim, key, month)
);
CREATE INDEX ix_spread_month_dim_month ON spread_month (dim, month);

CREATE TABLE spread_gap (
    dim TEXT NOT NULL,
    key TEXT NOT NULL,
    day DATE NOT NULL,
    gap INTEGER NOT NULL,
    people INTEGER NOT NULL,
    CONSTRAINT pk_spread_gap PRIMARY KEY (dim, key, day, gap) INCLUDE (people)
) PARTITION BY RANGE (day);

CREATE TABLE spread_pulse (
    dim TEXT NOT NULL,
    key TEXT NOT NULL,
    hour TIMESTAMP WITH TIME ZONE NOT NULL,
    depth INTEGER NOT NULL,
    opens INTEGER NOT NULL,
    people INTEGER NOT NULL,
    viewers INTEGER NOT NULL,
    intents INTEGER NOT NULL,
    brought INTEGER NOT NULL,
    CONSTRAINT pk_spread_pulse PRIMARY KEY (dim, key, hour, depth) INCLUDE (opens, people, viewers, intents, brought)
) PARTITION BY RANGE (hour);

CREATE TABLE spread_wait (
    dim TEXT NOT NULL,
    key TEXT NOT NULL,
    hours INTEGER NOT NULL,
    people INTEGER NOT NULL,
    CONSTRAINT pk_spread_wait PRIMARY KEY (dim, key, hours)
);

CREATE TABLE spread_seen (
    dim TEXT NOT NULL,
    key TEXT NOT NULL,
    who TEXT NOT NULL,
    first_day DATE NOT NULL,
    last_day DATE NOT NULL,
    read_day DATE,
    forward_day DATE,
    reach_day DATE,
    CONSTRAINT pk_spread_seen PRIMARY KEY (dim, key, who)
);
-- Whom a share is for, who was shut out of it, and how its policy was narrowed ------------------------------------------

ALTER TABLE share DROP CONSTRAINT ck_share_audience;
ALTER TABLE share ADD CONSTRAINT ck_share_audience CHECK (audience IN ('verified', 'clinic', 'person', 'region'));

ALTER TABLE share ADD COLUMN revoked_reason TEXT DEFAULT '' NOT NULL;

-- An older release that still runs finds nobody in the share's row, or a word it doesn't know, and lets nobody in.
CREATE TABLE share_addressee (
    id UUID NOT NULL,
    share_id UUID NOT NULL,
    person_id UUID,
    clinic_id UUID,
    region TEXT,
    CONSTRAINT pk_share_addressee PRIMARY KEY (id),
    CONSTRAINT ck_share_addressee_one CHECK (num_nonnulls(person_id, clinic_id, region) = 1),
    CONSTRAINT fk_share_addressee_share_id FOREIGN KEY(share_id) REFERENCES share (id),
    CONSTRAINT fk_share_addressee_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_share_addressee_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id)
);
CREATE INDEX ix_share_addressee_share_id ON share_addressee (share_id);

CREATE TABLE share_bar (
    id UUID NOT NULL,
    share_id UUID NOT NULL,
    person_id UUID NOT NULL,
    barred_by UUID NOT NULL,
    barred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_share_bar PRIMARY KEY (id),
    CONSTRAINT fk_share_bar_share_id FOREIGN KEY(share_id) REFERENCES share (id),
    CONSTRAINT fk_share_bar_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_share_bar_barred_by FOREIGN KEY(barred_by) REFERENCES person (id)
);
CREATE INDEX ix_share_bar_share_id ON share_bar (share_id);

CREATE TABLE share_change (
    id UUID NOT NULL,
    share_id UUID NOT NULL,
    changed_by UUID NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    before JSONB NOT NULL,
    after JSONB NOT NULL,
    CONSTRAINT pk_share_change PRIMARY KEY (id),
    CONSTRAINT fk_share_change_share_id FOREIGN KEY(share_id) REFERENCES share (id),
    CONSTRAINT fk_share_change_changed_by FOREIGN KEY(changed_by) REFERENCES person (id)
);
CREATE INDEX ix_share_change_share_id ON share_change (share_id);

-- What is asked at a share's door --------------------------------------------------------------------------------------

CREATE TABLE share_gate (
    share_id UUID NOT NULL,
    lock TEXT NOT NULL,
    password_hash TEXT,
    revision INTEGER NOT NULL,
    pledge BOOLEAN NOT NULL,
    changed_by UUID NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_share_gate PRIMARY KEY (share_id),
    CONSTRAINT ck_share_gate_password CHECK ((lock = 'password') = (password_hash IS NOT NULL)),
    CONSTRAINT fk_share_gate_share_id FOREIGN KEY(share_id) REFERENCES share (id),
    CONSTRAINT ck_share_gate_lock CHECK (lock IN ('none', 'password', 'code')),
    CONSTRAINT fk_share_gate_changed_by FOREIGN KEY(changed_by) REFERENCES person (id)
);

CREATE TABLE share_unlock (
    share_id UUID NOT NULL,
    session_id UUID NOT NULL,
    revision INTEGER NOT NULL,
    unlocked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_share_unlock PRIMARY KEY (share_id, session_id),
    CONSTRAINT fk_share_unlock_share_id FOREIGN KEY(share_id) REFERENCES share_gate (share_id),
    CONSTRAINT fk_share_unlock_session_id FOREIGN KEY(session_id) REFERENCES session (id) ON DELETE CASCADE
);
CREATE INDEX ix_share_unlock_session_id ON share_unlock (session_id);

-- The brand's 保密承诺 (NDA): a version is never changed, only followed by another.
CREATE TABLE pledge_text (
    version INTEGER NOT NULL,
    title_zh TEXT NOT NULL,
    text_zh TEXT NOT NULL,
    sha256_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    text_en TEXT NOT NULL,
    sha256_en TEXT NOT NULL,
    made_by UUID NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_pledge_text PRIMARY KEY (version),
    CONSTRAINT fk_pledge_text_made_by FOREIGN KEY(made_by) REFERENCES person (id)
);

CREATE TABLE pledge (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    share_id UUID NOT NULL,
    version INTEGER NOT NULL,
    language TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    session TEXT NOT NULL,
    given_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_pledge PRIMARY KEY (id),
    CONSTRAINT fk_pledge_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_pledge_share_id FOREIGN KEY(share_id) REFERENCES share (id),
    CONSTRAINT fk_pledge_version FOREIGN KEY(version) REFERENCES pledge_text (version),
    CONSTRAINT ck_pledge_language CHECK (language IN ('zh-CN', 'en'))
);
CREATE UNIQUE INDEX uq_pledge_once ON pledge (share_id, person_id, version);
CREATE INDEX ix_pledge_person_id ON pledge (person_id);

-- Viewers who were refused and ask to be let in ------------------------------------------------------------------------

CREATE TABLE access_request (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    share_id UUID NOT NULL,
    root_id UUID NOT NULL,
    need TEXT NOT NULL,
    rule TEXT NOT NULL,
    note TEXT NOT NULL,
    state TEXT NOT NULL,
    word TEXT DEFAULT '' NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_by UUID,
    granted_id UUID,
    CONSTRAINT pk_access_request PRIMARY KEY (id),
    CONSTRAINT fk_access_request_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_access_request_share_id FOREIGN KEY(share_id) REFERENCES share (id),
    CONSTRAINT fk_access_request_root_id FOREIGN KEY(root_id) REFERENCES share (id),
    CONSTRAINT ck_access_request_need CHECK (need IN ('open', 'forward')),
    CONSTRAINT ck_access_request_state CHECK (state IN ('waiting', 'granted', 'refused')),
    CONSTRAINT fk_access_request_decided_by FOREIGN KEY(decided_by) REFERENCES person (id),
    CONSTRAINT fk_access_request_granted_id FOREIGN KEY(granted_id) REFERENCES share (id)
);
CREATE UNIQUE INDEX uq_access_request_waiting ON access_request (root_id, person_id, need) WHERE state = 'waiting';
CREATE INDEX ix_access_request_person_id ON access_request (person_id, asked_at);
CREATE INDEX ix_access_request_state ON access_request (state, asked_at);

-- Tasks ----------------------------------------------------------------------------------------------------------------

CREATE TABLE task (
    id UUID NOT NULL,
    material_id UUID NOT NULL,
    creator_id UUID NOT NULL,
    text TEXT NOT NULL,
    poster_page INTEGER,
    poster_material_id UUID,
    person_ids UUID[] NOT NULL,
    department_ids UUID[] NOT NULL,
    region TEXT DEFAULT '' NOT NULL,
    roles TEXT[] NOT NULL,
    clinic_region TEXT DEFAULT '' NOT NULL,
    job TEXT CONSTRAINT ck_task_job CHECK (job IN ('consultant', 'operations', 'doctor')),
    download BOOLEAN NOT NULL,
    forward_depth INTEGER NOT NULL CONSTRAINT ck_task_depth CHECK (forward_depth BETWEEN 0 AND 10),
    visits_max INTEGER,
    watermark TEXT NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    shares_until TIMESTAMP WITH TIME ZONE NOT NULL,
    home_department_id UUID,
    home_region TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    reminded_at TIMESTAMP WITH TIME ZONE,
    reminders INTEGER DEFAULT '0' NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by UUID,
    shares_closed BOOLEAN DEFAULT false NOT NULL,
    stopped_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_task PRIMARY KEY (id),
    CONSTRAINT fk_task_material_id FOREIGN KEY(material_id) REFERENCES material (id),
    CONSTRAINT fk_task_poster_material_id FOREIGN KEY(poster_material_id) REFERENCES material (id),
    CONSTRAINT fk_task_creator_id FOREIGN KEY(creator_id) REFERENCES person (id),
    CONSTRAINT fk_task_home_department_id FOREIGN KEY(home_department_id) REFERENCES department (id),
    CONSTRAINT fk_task_ended_by FOREIGN KEY(ended_by) REFERENCES person (id)
);
CREATE INDEX ix_task_created_at ON task (created_at);
CREATE INDEX ix_task_creator_id ON task (creator_id);
CREATE INDEX ix_task_material_id ON task (material_id);

CREATE TABLE task_assignment (
    task_id UUID NOT NULL,
    person_id UUID NOT NULL,
    given_at TIMESTAMP WITH TIME ZONE NOT NULL,
    off_at TIMESTAMP WITH TIME ZONE,
    told TEXT DEFAULT 'waiting' NOT NULL
        CONSTRAINT ck_task_assignment_told CHECK (told IN ('waiting', 'reached', 'unreached', 'absent')),
    share_id UUID,
    done_at TIMESTAMP WITH TIME ZONE,
    message TEXT DEFAULT '' NOT NULL CONSTRAINT ck_task_assignment_message
        CHECK (message IN ('', 'asked', 'laying', 'laid', 'unsure', 'nobody', 'refused', 'cancelled')),
    message_id TEXT DEFAULT '' NOT NULL,
    laid_at TIMESTAMP WITH TIME ZONE,
    copies_sent INTEGER DEFAULT '0' NOT NULL,
    copies_unsent INTEGER DEFAULT '0' NOT NULL,
    copies_no_friend INTEGER DEFAULT '0' NOT NULL,
    copies_capped INTEGER DEFAULT '0' NOT NULL,
    polled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_task_assignment PRIMARY KEY (task_id, person_id),
    CONSTRAINT fk_task_assignment_task_id FOREIGN KEY(task_id) REFERENCES task (id),
    CONSTRAINT fk_task_assignment_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_task_assignment_share_id FOREIGN KEY(share_id) REFERENCES share (id),
    CONSTRAINT uq_task_assignment_share_id UNIQUE (share_id)
);
CREATE INDEX ix_task_assignment_person_id ON task_assignment (person_id);
CREATE INDEX ix_task_assignment_message ON task_assignment (polled_at) WHERE message = 'laid';

ALTER TABLE notice DROP CONSTRAINT ck_notice_kind;
ALTER TABLE notice ADD CONSTRAINT ck_notice_kind CHECK (kind IN ('material-withdrawn', 'certificate-expiring',
    'certificate-lapsed', 'break-glass', 'clinic-opened', 'clinic-received', 'clinic-returned', 'clinic-disputed',
    'emergency-sign-in', 'access-requested', 'access-granted', 'access-refused', 'task-given', 'task-reminded', 'webhook-disabled',
    'share-opened', 'share-surge', 'share-stranger', 'share-native'));

-- Webhooks out ---------------------------------------------------------------------------------------------------------

CREATE TABLE webhook (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    sealed_address BYTEA NOT NULL,
    kek TEXT NOT NULL,
    kinds TEXT[] NOT NULL,
    generation INTEGER DEFAULT '1' NOT NULL,
    former_until TIMESTAMP WITH TIME ZONE,
    next_index BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    created_by UUID NOT NULL,
    paused_at TIMESTAMP WITH TIME ZONE,
    disabled_at TIMESTAMP WITH TIME ZONE,
    failing_since TIMESTAMP WITH TIME ZONE,
    succeeded_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_webhook PRIMARY KEY (id),
    CONSTRAINT uq_webhook_name UNIQUE (name),
    CONSTRAINT fk_webhook_created_by FOREIGN KEY(created_by) REFERENCES person (id)
);

CREATE TABLE webhook_delivery (
    id UUID NOT NULL,
    webhook_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    place BIGINT,
    kind TEXT NOT NULL,
    body BYTEA NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL
        CONSTRAINT ck_webhook_delivery_state CHECK (state IN ('waiting', 'done', 'dead')),
    tries INTEGER DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    next_try_at TIMESTAMP WITH TIME ZONE NOT NULL,
    tried_at TIMESTAMP WITH TIME ZONE,
    status INTEGER,
    reason TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_webhook_delivery PRIMARY KEY (id),
    CONSTRAINT fk_webhook_delivery_webhook_id FOREIGN KEY(webhook_id) REFERENCES webhook (id) ON DELETE CASCADE,
    CONSTRAINT uq_webhook_delivery_webhook_id_seq UNIQUE (webhook_id, seq),
    CONSTRAINT uq_webhook_delivery_webhook_id_place UNIQUE (webhook_id, place)
);
CREATE INDEX ix_webhook_delivery_waiting ON webhook_delivery (webhook_id, seq) WHERE state = 'waiting';
CREATE INDEX ix_webhook_delivery_created_at ON webhook_delivery (created_at);

-- Weekly digests -------------------------------------------------------------------------------------------------------

CREATE TABLE digest_choice (
    person_id UUID NOT NULL,
    off_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_digest_choice PRIMARY KEY (person_id),
    CONSTRAINT fk_digest_choice_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE digest (
    person_id UUID NOT NULL,
    week DATE NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    wecom TEXT DEFAULT 'waiting' NOT NULL
        CONSTRAINT ck_digest_wecom CHECK (wecom IN ('waiting', 'sent', 'absent', 'refused')),
    mail TEXT DEFAULT 'waiting' NOT NULL
        CONSTRAINT ck_digest_mail CHECK (mail IN ('waiting', 'sent', 'absent', 'refused')),
    CONSTRAINT pk_digest PRIMARY KEY (person_id, week),
    CONSTRAINT fk_digest_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

-- Several materials behind one link --------------------------------------------------------------------------------------

CREATE TABLE share_folder (
    lead_id UUID NOT NULL,
    title TEXT NOT NULL,
    CONSTRAINT pk_share_folder PRIMARY KEY (lead_id),
    CONSTRAINT fk_share_folder_lead_id FOREIGN KEY(lead_id) REFERENCES share (id)
);

CREATE TABLE share_item (
    share_id UUID NOT NULL,
    lead_id UUID NOT NULL,
    position INTEGER NOT NULL,
    CONSTRAINT pk_share_item PRIMARY KEY (share_id),
    CONSTRAINT uq_share_item_lead_id_position UNIQUE (lead_id, position),
    CONSTRAINT fk_share_item_share_id FOREIGN KEY(share_id) REFERENCES share (id),
    CONSTRAINT fk_share_item_lead_id FOREIGN KEY(lead_id) REFERENCES share_folder (lead_id)
);
