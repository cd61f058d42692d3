-- Times are in UTC, as ISO 8601 with Z. What is said of a person is the name of the token that was used.

CREATE TABLE token (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    city TEXT,  -- the code of the city whose token it is; NULL: a reviewer's
    hash BLOB NOT NULL,
    made TEXT NOT NULL,
    used TEXT,
    revoked TEXT
);
CREATE UNIQUE INDEX token_name ON token (name) WHERE revoked IS NULL;

CREATE TABLE submission (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    city TEXT NOT NULL,
    sender TEXT NOT NULL,
    name TEXT NOT NULL,
    content BLOB,  -- NULL once it was removed
    report BLOB,  -- the same
    received TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'accepted', 'returned')),
    decided TEXT,
    reviewer TEXT,
    comment TEXT
);
CREATE TABLE proposed (
    submission TEXT NOT NULL REFERENCES submission (id),
    graph TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (submission, graph)
);
CREATE TABLE submission_base (
    submission TEXT NOT NULL REFERENCES submission (id),
    graph TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (submission, graph)
);

CREATE TABLE revision (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    city TEXT NOT NULL,
    digest TEXT NOT NULL,
    made TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    submission TEXT REFERENCES submission (id),
    restored INTEGER REFERENCES revision (id)
);
CREATE INDEX revision_city ON revision (city, id);
CREATE TABLE revision_graph (
    revision INTEGER NOT NULL REFERENCES revision (id),
    graph TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (revision, graph)
);
CREATE TABLE revision_base (
    revision INTEGER NOT NULL REFERENCES revision (id),
    graph TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (revision, graph)
);

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    about TEXT NOT NULL,
    detail TEXT NOT NULL
);

-- Revisions and the audit log are never changed and never removed.
CREATE TRIGGER revision_stays BEFORE UPDATE ON revision BEGIN SELECT RAISE(ABORT, 'a revision stays as it is'); END;
CREATE TRIGGER revision_kept BEFORE DELETE ON revision BEGIN SELECT RAISE(ABORT, 'a revision stays'); END;
CREATE TRIGGER revision_graph_stays BEFORE UPDATE ON revision_graph BEGIN SELECT RAISE(ABORT, 'a revision stays as it is'); END;
CREATE TRIGGER revision_graph_kept BEFORE DELETE ON revision_graph BEGIN SELECT RAISE(ABORT, 'a revision stays'); END;
CREATE TRIGGER revision_base_stays BEFORE UPDATE ON revision_base BEGIN SELECT RAISE(ABORT, 'a revision stays as it is'); END;
CREATE TRIGGER revision_base_kept BEFORE DELETE ON revision_base BEGIN SELECT RAISE(ABORT, 'a revision stays'); END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log stays as it is'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log stays'); END;
