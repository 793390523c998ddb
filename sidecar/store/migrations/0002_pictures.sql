-- Pictures that a run's checks took: PNG, cut to the form. They go with their run.

CREATE TABLE attachments (
    id         TEXT PRIMARY KEY,                -- picture_<random>
    run_id     TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    step_id    TEXT NOT NULL,
    check_name TEXT NOT NULL,                   -- whose pictures they are: looked again, it brings new ones
    name       TEXT NOT NULL,                   -- what it shows, in words
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    content    BLOB NOT NULL,
    kept_at    TEXT NOT NULL
);
CREATE INDEX attachments_by_run ON attachments (run_id, kept_at);
CREATE INDEX commands_answered ON commands (site_id, name, ended_at DESC) WHERE state = 'done';
