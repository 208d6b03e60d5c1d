-- Layout 1. Object keys are blobs, so that their order is that of their UTF-8 bytes.
CREATE TABLE bucket (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL UNIQUE,
    created    INTEGER NOT NULL,           -- seconds since 1970
    region     TEXT    NOT NULL,           -- empty: us-east-1
    versioning INTEGER NOT NULL,           -- 0 never enabled, 1 enabled, 2 suspended
    tags       TEXT                        -- as in x-amz-tagging; NULL: none were set
);

-- One row for each version of an object and for each delete marker. Ids grow with time: a greater id is a newer version.
CREATE TABLE version (
    id            INTEGER PRIMARY KEY,
    bucket        INTEGER NOT NULL,
    object_key    BLOB    NOT NULL,
    version_id    TEXT    NOT NULL,        -- 'null', or as ids.rs makes it
    latest        INTEGER NOT NULL,
    marker        INTEGER NOT NULL,        -- 1: a delete marker
    size          INTEGER NOT NULL,
    parts         INTEGER NOT NULL,        -- parts of a multipart upload; 0 otherwise
    etag          TEXT    NOT NULL,
    modified      INTEGER NOT NULL,        -- seconds since 1970
    headers       BLOB    NOT NULL,        -- as headers.rs writes them
    storage_class TEXT    NOT NULL,
    tags          TEXT    NOT NULL
);
CREATE UNIQUE INDEX version_name ON version (bucket, object_key, version_id);
CREATE UNIQUE INDEX version_latest ON version (bucket, object_key) WHERE latest = 1;
CREATE INDEX version_listed ON version (bucket, object_key) WHERE latest = 1 AND marker = 0;
CREATE INDEX version_history ON version (bucket, object_key, id DESC);

-- The bytes of a version: pieces of blobs, by their place in the object. An empty object has none.
CREATE TABLE version_extent (
    version INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    len     INTEGER NOT NULL,
    part    INTEGER NOT NULL,
    blob    BLOB    NOT NULL,
    start   INTEGER NOT NULL,
    PRIMARY KEY (version, at)
) WITHOUT ROWID;
CREATE INDEX version_extent_blob ON version_extent (blob);

CREATE TABLE upload (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    bucket        INTEGER NOT NULL,
    object_key    BLOB    NOT NULL,
    upload_id     TEXT    NOT NULL UNIQUE,
    initiated     INTEGER NOT NULL,
    headers       BLOB    NOT NULL,
    storage_class TEXT    NOT NULL,
    tags          TEXT    NOT NULL
);
CREATE INDEX upload_listed ON upload (bucket, object_key, upload_id);

CREATE TABLE part (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    upload   INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    etag     TEXT    NOT NULL,
    modified INTEGER NOT NULL
);
CREATE UNIQUE INDEX part_number ON part (upload, number);

CREATE TABLE part_extent (
    part  INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    len   INTEGER NOT NULL,
    blob  BLOB    NOT NULL,
    start INTEGER NOT NULL,
    PRIMARY KEY (part, at)
) WITHOUT ROWID;
CREATE INDEX part_extent_blob ON part_extent (blob);

PRAGMA user_version = 1;
