-- What each form took in each hour: kept longer than the events themselves, for its rhythm (sidecar/store/form_rhythm.py).

CREATE TABLE form_hours (
    site_id TEXT NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
    form    TEXT NOT NULL,                      -- plugin:id
    hour    TEXT NOT NULL,                      -- 2026-11-24T13, of UTC
    kind    TEXT NOT NULL,                      -- submitted | rejected | failed | spam | lost
    number  INTEGER NOT NULL,
    last_at TEXT NOT NULL,                      -- the last one in that hour
    PRIMARY KEY (site_id, form, hour, kind)
) WITHOUT ROWID;
CREATE INDEX form_hours_by_hour ON form_hours (hour);

-- Counted where an event is kept, so each counts once, however often it is told.
CREATE TRIGGER events_count_forms AFTER INSERT ON events
WHEN NEW.type IN ('form.submitted', 'form.rejected', 'form.failed', 'form.spam', 'form.lost')
     AND COALESCE(NEW.data ->> 'plugin', '') != '' AND COALESCE(NEW.data ->> 'form', '') != ''
BEGIN
    INSERT INTO form_hours (site_id, form, hour, kind, number, last_at)
    VALUES (NEW.site_id, (NEW.data ->> 'plugin') || ':' || (NEW.data ->> 'form'), substr(NEW.occurred_at, 1, 13),
            substr(NEW.type, 6), 1, NEW.occurred_at)
        ON CONFLICT (site_id, form, hour, kind)
        DO UPDATE SET number = number + 1, last_at = MAX(last_at, excluded.last_at);
END;

INSERT INTO form_hours (site_id, form, hour, kind, number, last_at)
SELECT site_id, (data ->> 'plugin') || ':' || (data ->> 'form'), substr(occurred_at, 1, 13), substr(type, 6),
       COUNT(*), MAX(occurred_at)
  FROM events
 WHERE type IN ('form.submitted', 'form.rejected', 'form.failed', 'form.spam', 'form.lost')
   AND COALESCE(data ->> 'plugin', '') != '' AND COALESCE(data ->> 'form', '') != ''
 GROUP BY 1, 2, 3, 4;
