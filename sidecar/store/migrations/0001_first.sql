-- The first schema. Instants are UTC text (store.database.instant), JSON columns are text.

CREATE TABLE sites (
    id              TEXT PRIMARY KEY,           -- site_<random>
    name            TEXT NOT NULL,
    url             TEXT NOT NULL,              -- home URL at pairing
    rest_url        TEXT NOT NULL DEFAULT '',
    xmlrpc_url      TEXT NOT NULL DEFAULT '',
    state           TEXT NOT NULL,              -- waiting | paired | unpaired
    secret_sealed   TEXT,                       -- null unless paired
    next_secret_sealed TEXT,                    -- during a rotation, until it is first used
    next_secret_at  TEXT,                       -- when the rotation began: the old secret ends 10 minutes later
    plugin_version  TEXT NOT NULL DEFAULT '',
    recipient       TEXT NOT NULL DEFAULT '',   -- the mailbox canaries go to
    relay_networks  TEXT NOT NULL DEFAULT '[]', -- private networks this site's relay may lie in
    clock_offset_s  REAL,                       -- the site's clock minus ours, when last heard
    roads           TEXT NOT NULL DEFAULT '{}', -- road -> {"works": bool, "at": instant, "why": text}
    heartbeat       TEXT NOT NULL DEFAULT '{}', -- what the last heartbeat said
    created_at      TEXT NOT NULL,
    paired_at       TEXT,
    last_seen_at    TEXT
);

CREATE TABLE pairing_codes (
    nonce_hash  TEXT PRIMARY KEY,
    site_id     TEXT NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
    created_by  TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    used_at     TEXT
);

CREATE TABLE events (
    site_id     TEXT NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
    id          TEXT NOT NULL,
    type        TEXT NOT NULL,
    occurred_at TEXT NOT NULL,
    received_at TEXT NOT NULL,
    data        TEXT NOT NULL,
    triaged_at  TEXT,
    UNIQUE (site_id, id)                        -- rows in the order they come: ids are random, and would scatter them
);
CREATE INDEX events_untriaged ON events (received_at) WHERE triaged_at IS NULL;
CREATE INDEX events_by_site ON events (site_id, occurred_at DESC);
CREATE INDEX events_changes ON events (site_id, occurred_at DESC) WHERE type IN ('config.changed', 'plugin.changed');

CREATE TABLE runs (
    id            TEXT PRIMARY KEY,             -- derived from what triggered it
    site_id       TEXT NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
    playbook      TEXT NOT NULL,
    title         TEXT NOT NULL,
    playbook_text TEXT NOT NULL,                -- a run keeps the text it began with
    trigger       TEXT NOT NULL,                -- {"kind": event|button|schedule|person|ticket, ...}
    state         TEXT NOT NULL,                -- queued | running | ended
    outcome       TEXT,                         -- sound | faults | unclear | died
    cause         TEXT,                         -- the code its ticket is titled by
    ticket_id     INTEGER,
    reading       TEXT NOT NULL DEFAULT '',     -- what its first event says of itself: the fault, before anybody looked
    created_at    TEXT NOT NULL,
    due_at        TEXT NOT NULL,                -- not before; later than created_at while its site cools down
    started_at    TEXT,
    ended_at      TEXT
);
CREATE INDEX runs_by_site ON runs (site_id, created_at DESC);
CREATE INDEX runs_by_ticket ON runs (ticket_id, created_at) WHERE ticket_id IS NOT NULL;
CREATE INDEX runs_open ON runs (site_id, playbook) WHERE state != 'ended';
CREATE INDEX runs_queued ON runs (due_at) WHERE state = 'queued';

CREATE TABLE run_events (                       -- the events a run answers for: they count on its ticket
    run_id     TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    event_id   TEXT NOT NULL,
    PRIMARY KEY (run_id, event_id)
) WITHOUT ROWID;

CREATE TABLE run_steps (
    run_id     TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    step_id    TEXT NOT NULL,
    verb       TEXT NOT NULL,
    sentence   TEXT NOT NULL,
    state      TEXT NOT NULL,                   -- waiting | looking | done | blocked
    verdict    TEXT,
    doing      TEXT NOT NULL DEFAULT '',        -- the check under way, for the live page
    started_at TEXT,
    ended_at   TEXT,
    PRIMARY KEY (run_id, step_id)
) WITHOUT ROWID;

CREATE TABLE findings (
    id         INTEGER PRIMARY KEY,
    run_id     TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    step_id    TEXT NOT NULL,
    check_name TEXT NOT NULL,
    position   INTEGER NOT NULL,
    code       TEXT NOT NULL,
    verdict    TEXT NOT NULL,
    subject    TEXT NOT NULL,
    summary    TEXT NOT NULL,
    evidence   TEXT NOT NULL,
    remedy     TEXT,                            -- {"text", "copy", "records", "letter", "proof"} or null
    reason     TEXT,
    blocked_by TEXT NOT NULL DEFAULT '',
    found_at   TEXT NOT NULL,
    UNIQUE (run_id, step_id, check_name, position)
);

CREATE TABLE mail_grounds (                     -- what a pasted message shows of how the site's mail travels; never the message
    id         INTEGER PRIMARY KEY,
    site_id    TEXT NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
    ground     TEXT NOT NULL,                   -- domains, addresses of relays, HELO, signatures
    read_by    TEXT NOT NULL,                   -- a user's email
    read_at    TEXT NOT NULL
);
CREATE INDEX mail_grounds_by_site ON mail_grounds (site_id, id DESC);

CREATE TABLE warm_ups (                         -- a new address or domain that is to be known before it sends much
    id         INTEGER PRIMARY KEY,
    site_id    TEXT NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
    target     INTEGER NOT NULL,                -- mails a day that it is to reach
    start      INTEGER NOT NULL,                -- mails of the first day
    growth     REAL NOT NULL,                   -- each day's share of the day before
    plan_table TEXT NOT NULL DEFAULT '',        -- a published plan that it follows, else it grows from `start`
    begun_on   TEXT NOT NULL,                   -- the first day, 2026-11-24
    started_by TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at   TEXT,
    ended_by   TEXT
);
CREATE UNIQUE INDEX warm_ups_one_open ON warm_ups (site_id) WHERE ended_at IS NULL;

CREATE TABLE commands (
    id         TEXT PRIMARY KEY,                -- derived from run, name and arguments
    site_id    TEXT NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
    run_id     TEXT,
    name       TEXT NOT NULL,
    args       TEXT NOT NULL,
    state      TEXT NOT NULL,                   -- waiting | sent | done | failed | unknown | expired
    road       TEXT NOT NULL DEFAULT '',        -- rest | xmlrpc | fetch
    result     TEXT,
    error      TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_at   TEXT
);
CREATE INDEX commands_by_run ON commands (run_id, created_at);
CREATE INDEX commands_waiting ON commands (site_id, created_at) WHERE state = 'waiting';

CREATE TABLE incidents (                        -- one cause at many sites: one record over their tickets
    id         INTEGER PRIMARY KEY,
    code       TEXT NOT NULL,
    subject    TEXT NOT NULL,                   -- as fingerprints compare it
    title      TEXT NOT NULL,
    opened_at  TEXT NOT NULL,
    ended_at   TEXT
);
CREATE UNIQUE INDEX incidents_one_open ON incidents (code, subject) WHERE ended_at IS NULL;

CREATE TABLE tickets (
    id           INTEGER PRIMARY KEY,
    site_id      TEXT NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
    fingerprint  TEXT NOT NULL,                 -- site + cause code + subject
    playbook     TEXT NOT NULL,
    code         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    title        TEXT NOT NULL,
    priority     TEXT NOT NULL,                 -- P1..P4
    tier         INTEGER NOT NULL,
    state        TEXT NOT NULL,                 -- open | resolved | not_a_fault
    body         TEXT NOT NULL,                 -- the guide's template, filled (JSON of its fields)
    run_id       TEXT,
    check_name   TEXT NOT NULL DEFAULT '',      -- the check that found it, for "look again"
    evidence_key TEXT NOT NULL DEFAULT '',      -- the lasting part of its evidence: "not a fault" holds while it is the same
    blind        INTEGER NOT NULL DEFAULT 0,    -- the canary got through while the fault was there: it proves nothing
    previous_id  INTEGER,                       -- the same fault's ticket before this one
    incident_id  INTEGER REFERENCES incidents(id), -- the same cause at many sites
    opened_at    TEXT NOT NULL,
    taken_by     TEXT,
    taken_at     TEXT,
    muted_until  TEXT,
    resolved_at  TEXT,
    resolved_by  TEXT,
    occurrences  INTEGER NOT NULL DEFAULT 1,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    reopened     INTEGER NOT NULL DEFAULT 0,
    recheck_at   TEXT,
    rechecks     INTEGER NOT NULL DEFAULT 0,
    passed_at    TEXT                           -- the first of the two passes that prove a fix
);
CREATE UNIQUE INDEX tickets_one_open ON tickets (fingerprint) WHERE state = 'open';
CREATE INDEX tickets_by_site ON tickets (site_id, opened_at DESC);
CREATE INDEX tickets_open_by_code ON tickets (code) WHERE state = 'open';
CREATE INDEX tickets_by_incident ON tickets (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX tickets_to_recheck ON tickets (recheck_at) WHERE state = 'open';

CREATE TABLE ticket_entries (
    id        INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
    at        TEXT NOT NULL,
    actor     TEXT NOT NULL,                    -- aftercare | a user's email
    kind      TEXT NOT NULL,                    -- opened | occurrence | reopened | resolved | comment | taken | muted | not_a_fault | looked_again | ...
    text      TEXT NOT NULL,
    data      TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX ticket_entries_by_ticket ON ticket_entries (ticket_id, id);

CREATE TABLE ticket_sources (
    ticket_id INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
    source    TEXT NOT NULL,                    -- event:<id> or run:<id>: each counts once; reading:<fingerprint>: what its events say
    PRIMARY KEY (ticket_id, source)
) WITHOUT ROWID;
CREATE INDEX ticket_sources_by_source ON ticket_sources (source);

CREATE TABLE messages (
    id         INTEGER PRIMARY KEY,
    ticket_id  INTEGER NOT NULL REFERENCES tickets(id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,                   -- opened | reopened | resolved | incident | incident_over
    turn       INTEGER NOT NULL,                -- which reopening it belongs to
    channel    TEXT NOT NULL,                   -- the address's place in the settings, never the address
    state      TEXT NOT NULL,                   -- waiting | sent | failed
    attempts   INTEGER NOT NULL DEFAULT 0,
    error      TEXT NOT NULL DEFAULT '',
    next_at    TEXT,
    created_at TEXT NOT NULL,
    sent_at    TEXT,
    UNIQUE (ticket_id, kind, turn, channel)
);

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    email         TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name          TEXT NOT NULL,
    password_hash TEXT,                         -- null until the invitation is taken up
    active        INTEGER NOT NULL DEFAULT 1,
    created_at    TEXT NOT NULL,
    last_login_at TEXT
);

CREATE TABLE login_links (
    token_hash TEXT PRIMARY KEY,
    user_id    TEXT REFERENCES users(id) ON DELETE CASCADE, -- null: the first account is made with it
    purpose    TEXT NOT NULL,                   -- first | invitation | reset
    expires_at TEXT NOT NULL,
    used_at    TEXT
);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE TABLE login_attempts (
    key TEXT NOT NULL,                          -- keyed hash of address or email
    at  TEXT NOT NULL
);
CREATE INDEX login_attempts_by_key ON login_attempts (key, at);

CREATE TABLE api_tokens (
    token_hash   TEXT PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    user_id      TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    last_used_at TEXT
);
