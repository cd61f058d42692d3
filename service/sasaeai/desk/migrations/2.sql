-- Who has signed in on the desk's pages: the SHA-256 of what the browser shows, and the token it was shown for.
CREATE TABLE session (
    hash BLOB PRIMARY KEY,
    token INTEGER NOT NULL REFERENCES token (id),
    ends TEXT NOT NULL
);
