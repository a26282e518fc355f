"""One SQLite file that outlives a killed server and serves several of its processes."""

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TABLES = """
create table if not exists room (
    code text primary key, begun real not null, place text not null, paused integer not null,
    pointer text not null, version integer not null, wall integer not null default 0, race integer not null default 0
);
create table if not exists person (
    token text primary key, code text not null references room (code) on delete cascade, name text not null,
    teacher integer not null, place text not null, alone integer not null, seen real not null
);
create table if not exists key (
    token text primary key, code text not null references room (code) on delete cascade, until real not null
);
create table if not exists poll (
    id integer primary key autoincrement, code text not null references room (code) on delete cascade,
    asked text not null, round integer not null, revealed integer not null
);
create table if not exists vote (
    poll integer not null references poll (id) on delete cascade, round integer not null,
    token text not null references person (token) on delete cascade, value text not null,
    primary key (poll, round, token)
);
create table if not exists picture (
    id integer primary key autoincrement, code text not null references room (code) on delete cascade,
    token text not null references person (token) on delete cascade,
    poll integer references poll (id) on delete cascade, jpeg blob not null,
    said text not null default '', answers text not null default '{}', let_in integer not null default 0
);
create table if not exists entry (
    run text primary key, code text not null references room (code) on delete cascade,
    token text not null references person (token) on delete cascade
);
create table if not exists neuron (
    code text primary key references room (code) on delete cascade, pixels text not null, label integer not null,
    rate real not null, shown integer not null, dropout integer not null, fill integer not null,
    steps integer not null, turn integer not null, masks integer not null, losses text not null,
    version integer not null
);
create table if not exists node (
    id integer primary key autoincrement, code text not null references room (code) on delete cascade,
    token text unique references person (token) on delete cascade, label integer not null, weights text not null,
    kept integer not null
);
create table if not exists survey (
    code text primary key references room (code) on delete cascade, part text not null, shown integer not null,
    loaded text not null
);
create table if not exists answer (
    code text not null references room (code) on delete cascade,
    token text not null references person (token) on delete cascade, part text not null, question integer not null,
    choice integer not null, primary key (token, part, question)
);
create index if not exists nodes on node (code);
create index if not exists answers on answer (code);
create index if not exists people on person (code);
create index if not exists polls on poll (code);
create index if not exists pictures on picture (code);
create index if not exists entries on entry (code);
"""


VERSION = 3
"""Of the tables; a file with others is of an earlier release, and its classes are over."""


_KINDS = ("answer", "survey", "node", "neuron", "vote", "picture", "entry", "poll", "key", "person", "room")


class ClassError(ValueError):
    """What was asked cannot be done; the message is one sentence for the person who asked."""


class Database:
    """The file, with one connection for each thread."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self._local = threading.local()
        self._watch = self._opened(check_same_thread=False)
        if self._watch.execute("pragma user_version").fetchone()[0] != VERSION:
            for kind in _KINDS:
                self._watch.execute(f"drop table if exists {kind}")
        self._watch.executescript(f"{TABLES} pragma user_version = {VERSION};")

    def read(self, query: str, *values: object) -> sqlite3.Cursor:
        """The rows of one query."""
        return self._connection().execute(query, values)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: what it has written is on the disk when it ends, all of it or nothing."""
        connection = self._connection()
        connection.execute("begin immediate")
        try:
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise

    def wipe(self) -> None:
        """What was deleted is on the disk no longer: the log of what was written may still hold it."""
        self.read("pragma wal_checkpoint(truncate)").fetchall()

    def changes(self) -> int:
        """A number that is another one after anybody has written: cheap to ask, many times a second, by one thread."""
        return self._watch.execute("pragma data_version").fetchone()[0]

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = self._opened()
        return self._local.connection

    def _opened(self, **options: bool) -> sqlite3.Connection:
        """What is committed stays when the server is killed; what is deleted is overwritten."""
        connection = sqlite3.connect(self._file, timeout=10, isolation_level=None, **options)
        for setting in ("journal_mode = wal", "synchronous = normal", "foreign_keys = on", "secure_delete = on"):
            connection.execute(f"pragma {setting}")
        return connection


def digest(token: str) -> str:
    """What the file holds of a token, which is known to its browser alone."""
    return hashlib.sha256(token.encode()).hexdigest()
