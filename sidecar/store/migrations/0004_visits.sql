-- How often forms were shown and their buttons pressed, by the hour: estimates of visitors' browsers (docs/protocol.md).

-- The hours that a site counted whole: in another one nothing is known, in these what is not there was nothing.
CREATE TABLE visit_hours (
    site_id TEXT NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
    hour    TEXT NOT NULL,                      -- 2026-11-24T13, of UTC
    one_in  INTEGER NOT NULL,                   -- one visit in so many was counted, for all of them
    PRIMARY KEY (site_id, hour)
) WITHOUT ROWID;

CREATE TABLE visits (
    site_id TEXT NOT NULL,
    hour    TEXT NOT NULL,
    name    TEXT NOT NULL,                      -- plugin:id, or a page's path where its forms are not known by markup
    shown   INTEGER NOT NULL,
    pressed INTEGER NOT NULL,
    PRIMARY KEY (site_id, hour, name),
    FOREIGN KEY (site_id, hour) REFERENCES visit_hours(site_id, hour) ON DELETE CASCADE
) WITHOUT ROWID;
