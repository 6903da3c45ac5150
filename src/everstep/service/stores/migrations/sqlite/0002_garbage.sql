-- Numbers of executions that are forgotten and whose other rows are still to be deleted, a few at a time.
CREATE TABLE garbage (
    execution INTEGER PRIMARY KEY
);
