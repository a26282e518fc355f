"""What is known of every class, in one SQLite file: it survives a killed server, and several processes share it.

Nobody is known by more than a random token, of which the file holds a digest. When a class ends, all of it goes.
"""

import hashlib
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imgcls.classroom.names import as_code, new_code, new_name

LIFE = 12 * 3600.0
"""Seconds after which a class ends by itself."""
AWAY = 25.0
"""Seconds without a sign of life after which somebody is no longer here."""
HAND_OVER = 300.0
"""Seconds for which the teacher's right can be taken to a second device."""
MOST_PEOPLE = 1000
LONGEST_ADDRESS = 2000
_TABLES = """
create table if not exists room (
    code text primary key, begun real not null, place text not null, paused integer not null, version integer not null
);
create table if not exists person (
    token text primary key, code text not null references room (code) on delete cascade, name text not null,
    teacher integer not null, place text not null, alone integer not null, seen real not null
);
create table if not exists key (
    token text primary key, code text not null references room (code) on delete cascade, until real not null
);
create index if not exists people on person (code);
"""


class ClassError(ValueError):
    """What was asked cannot be done; the message is one sentence for the person who asked."""


@dataclass(frozen=True)
class Member:
    """Somebody in a class. `place` is their page's address, from the app's first page on; `alone`: not following."""

    name: str
    code: str
    teacher: bool
    place: str
    alone: bool


@dataclass(frozen=True)
class Room:
    """A class: where it is (`place`), whether it is `paused`; `version` grows with every change of these."""

    code: str
    place: str
    paused: bool
    version: int


class Classes:
    """All classes of this machine. Every call is one transaction; any thread and any process may make it.

    Raises (all methods):
        ClassError: there is no such class, or this person may not do that.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self._local = threading.local()
        self._watch = self._opened(check_same_thread=False)
        self._watch.executescript(_TABLES)

    def begin(self, place: str = "") -> tuple[str, Member]:
        """Begin a class; returns the teacher's token, which is their secret, and what they are."""
        with self._write() as database:
            self._end_old(database)
            code = new_code({code for (code,) in database.execute("select code from room")})
            database.execute("insert into room values (?, ?, ?, 0, 1)", (code, time.time(), _address(place)))
            return self._enter(database, code, "the teacher", True, place)

    def join(self, typed: str) -> tuple[str, Member]:
        """Come into the class of this code, at any time; returns the token of whoever came, and their name by lot."""
        code = as_code(typed)
        with self._write() as database:
            room = self._room(database, code)
            names = {name for (name,) in database.execute("select name from person where code = ?", (code,))}
            if len(names) >= MOST_PEOPLE:
                raise ClassError("This class is full.")
            return self._enter(database, code, new_name(names), False, room.place)

    def member(self, token: str) -> Member | None:
        """Who holds this token; None if their class has ended, or they have left it."""
        found = self._read(
            "select name, code, teacher, place, alone from person where token = ?", (_digest(token),)
        ).fetchone()
        return None if found is None else Member(found[0], found[1], bool(found[2]), found[3], bool(found[4]))

    def room(self, code: str) -> Room | None:
        """The class of this code."""
        found = self._read("select code, place, paused, version from room where code = ?", (code,)).fetchone()
        return None if found is None else Room(found[0], found[1], bool(found[2]), found[3])

    def lead(self, token: str, place: str) -> None:
        """The teacher is at this address now, and the class with them."""
        with self._write() as database:
            me = self._teacher(database, token)
            database.execute(
                "update room set place = ?, version = version + 1 where code = ? and place != ?",
                (_address(place), me.code, _address(place)),
            )

    def pause(self, token: str, paused: bool) -> None:
        """Eyes to the front, or on with it."""
        with self._write() as database:
            me = self._teacher(database, token)
            database.execute("update room set paused = ?, version = version + 1 where code = ?", (int(paused), me.code))

    def stand(self, token: str, place: str, alone: bool) -> None:
        """Somebody tells where they are, and whether they have left the class's path."""
        with self._write() as database:
            self._person(database, token)
            database.execute(
                "update person set place = ?, alone = ?, seen = ? where token = ?",
                (_address(place), int(alone), time.time(), _digest(token)),
            )

    def seen(self, tokens: list[str]) -> None:
        """These are here: their browsers listen."""
        with self._write() as database:
            now = time.time()
            database.executemany(
                "update person set seen = ? where token = ?", [(now, _digest(token)) for token in tokens]
            )

    def here(self, code: str) -> list[Member]:
        """Who is here, students alone, in the order of their names."""
        found = self._read(
            "select name, code, teacher, place, alone from person "
            "where code = ? and not teacher and seen > ? order by name",
            (code, time.time() - AWAY),
        )
        return [Member(name, code, bool(teacher), place, bool(alone)) for name, code, teacher, place, alone in found]

    def leave(self, token: str) -> None:
        """Somebody goes, and nothing of them stays."""
        with self._write() as database:
            database.execute("delete from person where token = ? and not teacher", (_digest(token),))

    def end(self, token: str) -> str:
        """The teacher ends the class: all of it goes; returns its code."""
        with self._write() as database:
            me = self._teacher(database, token)
            database.execute("delete from room where code = ?", (me.code,))
            return me.code

    def end_old(self) -> None:
        """End the classes whose time is over."""
        if self._read("select 1 from room where begun < ?", (time.time() - LIFE,)).fetchone():
            with self._write() as database:
                self._end_old(database)

    def hand_over(self, token: str) -> str:
        """A key with which one more device becomes the teacher's, once and within minutes."""
        with self._write() as database:
            me, key = self._teacher(database, token), secrets.token_urlsafe(12)
            database.execute("delete from key where code = ? or until < ?", (me.code, time.time()))
            database.execute("insert into key values (?, ?, ?)", (_digest(key), me.code, time.time() + HAND_OVER))
            return key

    def take_over(self, key: str) -> tuple[str, Member]:
        """The second device shows its key; returns a token for it."""
        with self._write() as database:
            found = database.execute(
                "delete from key where token = ? and until > ? returning code", (_digest(key), time.time())
            ).fetchone()
            if found is None:
                raise ClassError("This key is used or too old. Show a new one on the first device.")
            return self._enter(database, found[0], "the teacher", True, "")

    def changes(self) -> int:
        """A number that is another one after anybody has written: cheap to ask, many times a second, by one thread."""
        return self._watch.execute("pragma data_version").fetchone()[0]

    def _enter(
        self, database: sqlite3.Connection, code: str, name: str, teacher: bool, place: str
    ) -> tuple[str, Member]:
        token = secrets.token_urlsafe(24)
        database.execute(
            "insert into person values (?, ?, ?, ?, ?, 0, ?)",
            (_digest(token), code, name, int(teacher), _address(place), time.time()),
        )
        return token, Member(name, code, teacher, _address(place), False)

    def _room(self, database: sqlite3.Connection, code: str) -> Room:
        self._end_old(database)
        found = database.execute("select code, place, paused, version from room where code = ?", (code,)).fetchone()
        if found is None:
            raise ClassError("There is no class with this code. Look at it once more.")
        return Room(found[0], found[1], bool(found[2]), found[3])

    def _person(self, database: sqlite3.Connection, token: str) -> Member:
        found = database.execute(
            "select name, code, teacher, place, alone from person where token = ?", (_digest(token),)
        ).fetchone()
        if found is None:
            raise ClassError("This class has ended.")
        return Member(found[0], found[1], bool(found[2]), found[3], bool(found[4]))

    def _teacher(self, database: sqlite3.Connection, token: str) -> Member:
        me = self._person(database, token)
        if not me.teacher:
            raise ClassError("Only the teacher can do that.")
        return me

    def _end_old(self, database: sqlite3.Connection) -> None:
        database.execute("delete from room where begun < ?", (time.time() - LIFE,))

    def _read(self, query: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        return self._connection().execute(query, values)

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        database = self._connection()
        database.execute("begin immediate")
        try:
            yield database
            database.commit()
        except BaseException:
            database.rollback()
            raise

    def _connection(self) -> sqlite3.Connection:
        """One for each thread."""
        if not hasattr(self._local, "connection"):
            self._local.connection = self._opened()
        return self._local.connection

    def _opened(self, **options: bool) -> sqlite3.Connection:
        """What is committed stays when the server is killed; what is deleted is overwritten."""
        connection = sqlite3.connect(self._file, timeout=10, isolation_level=None, **options)
        for setting in ("journal_mode = wal", "synchronous = normal", "foreign_keys = on", "secure_delete = on"):
            connection.execute(f"pragma {setting}")
        return connection


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _address(place: str) -> str:
    """An address within the app, from its first page on: a path and a query, never another server's.

    Raises:
        ClassError: it is none.
    """
    if len(place) > LONGEST_ADDRESS or place.startswith("/") or not place.isprintable() or "\\" in place:
        raise ClassError("This is no address of a lesson.")
    head = place.partition("?")[0]
    if ":" in head or "/" in head:
        raise ClassError("This is no address of a lesson.")
    return place
