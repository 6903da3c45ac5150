-- What people find executions by. One narrow row for each, in the order of lists, which changes when the status does and
-- not with every checkpoint.
CREATE TABLE lines (
    started_at INTEGER NOT NULL,
    execution INTEGER NOT NULL,
    status TEXT NOT NULL,
    function TEXT NOT NULL,
    function_version TEXT NOT NULL,
    name TEXT NOT NULL,
    ended_at INTEGER,
    error_type TEXT,
    error_message TEXT,
    operations INTEGER NOT NULL,
    invocations INTEGER NOT NULL,
    parent TEXT,
    source TEXT,
    source_record TEXT,
    PRIMARY KEY (started_at, execution)
) WITHOUT ROWID;

CREATE INDEX lines_by_status ON lines (status, started_at, execution);
CREATE INDEX lines_by_function ON lines (function, started_at, execution);
CREATE INDEX lines_by_function_and_status ON lines (function, status, started_at);
CREATE INDEX lines_by_parent ON lines (parent) WHERE parent IS NOT NULL;
CREATE INDEX lines_by_source ON lines (source) WHERE source IS NOT NULL;
CREATE INDEX lines_with_errors ON lines (started_at, execution) WHERE error_type IS NOT NULL OR error_message IS NOT NULL;

-- Operations that the clock or the world will change.
CREATE TABLE waits (
    execution INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    due_at INTEGER,
    PRIMARY KEY (execution, seq)
) WITHOUT ROWID;

CREATE TABLE attributes (
    execution INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (execution, key)
) WITHOUT ROWID;

CREATE INDEX attributes_by_value ON attributes (key, value, execution);

-- What functions wrote, the last lines of each execution.
CREATE TABLE logs (
    execution INTEGER NOT NULL,
    number INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (execution, number)
) WITHOUT ROWID;

INSERT INTO lines
SELECT e.started_at, e.id, e.status, e.function, e.function_version, e.name,
    json_extract(e.head, '$.ended_at'),
    substr(json_extract(e.head, '$.error.type'), 1, 500), substr(json_extract(e.head, '$.error.message'), 1, 500),
    coalesce(json_extract(e.head, '$.operations'), 0), coalesce(json_extract(e.head, '$.invocations'), 0),
    json_extract(o.record, '$.parent.arn'), NULL, NULL
FROM executions e JOIN origins o ON o.execution = e.id;

INSERT INTO waits
SELECT o.execution, o.seq, json_extract(o.record, '$.due_at')
FROM operations o JOIN executions e ON e.id = o.execution
WHERE e.status IN ('RUNNING', 'PAUSING', 'PAUSED') AND (
    (json_extract(o.record, '$.kind') = 'STEP' AND json_extract(o.record, '$.status') = 'PENDING')
    OR (json_extract(o.record, '$.kind') IN ('WAIT', 'CALLBACK', 'CHAINED_INVOKE')
        AND json_extract(o.record, '$.status') = 'STARTED'));
