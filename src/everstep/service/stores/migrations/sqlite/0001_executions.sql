-- Columns are what queries ask for; everything else is in the records, JSON by core.wire.stored.

CREATE TABLE executions (
    id INTEGER PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    function TEXT NOT NULL,
    function_version TEXT NOT NULL,
    name TEXT NOT NULL,
    unique_name TEXT,
    started_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    due_at INTEGER,
    is_live INTEGER NOT NULL,
    head TEXT NOT NULL
);

CREATE UNIQUE INDEX executions_unique_name ON executions (function, unique_name) WHERE unique_name IS NOT NULL;
CREATE INDEX executions_due ON executions (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX executions_live ON executions (id) WHERE is_live = 1;
CREATE INDEX executions_by_start ON executions (started_at);
CREATE INDEX executions_by_function ON executions (function, started_at);
CREATE INDEX executions_by_name ON executions (name, started_at);

-- Apart from the head, because an origin holds the input (up to megabytes) and a changed row is written whole.
CREATE TABLE origins (
    execution INTEGER PRIMARY KEY,
    record TEXT NOT NULL
);

CREATE TABLE operations (
    execution INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (execution, seq)
) WITHOUT ROWID;

CREATE TABLE events (
    execution INTEGER NOT NULL,
    event_id INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (execution, event_id)
) WITHOUT ROWID;

-- The outbox; oldest first is the order of seq.
CREATE TABLE effects (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
);
