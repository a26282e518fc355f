"""What is known of every class, in one SQLite file: it survives a killed server, and several processes share it.

Nobody is known by more than a random token, of which the file holds a digest. When a class ends, all of it goes.
"""

import json
import re
import secrets
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from imgcls.classroom.database import ClassError, Database, digest
from imgcls.classroom.names import as_code, new_code, new_name
from imgcls.store import class_photos

LIFE = 12 * 3600.0
"""Seconds after which a class ends by itself."""
AWAY = 25.0
"""Seconds without a sign of life after which somebody is no longer here."""
HAND_OVER = 300.0
"""Seconds for which the teacher's right can be taken to a second device."""
MOST_PEOPLE = 1000
LONGEST_ADDRESS = 2000
_ROOM = "code, place, paused, pointer, version, wall, race"


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
    """A class: where it is (`place`), whether it is `paused`; `version` grows with every change of these.

    `pointer` is where the teacher points: the class of an element, and the shares of its width and height. `wall`: the
    wall is open. `race`: the seconds that each run of a race has, 0 while there is none.
    """

    code: str
    place: str
    paused: bool
    version: int
    pointer: tuple[str, float, float] | None = None
    wall: bool = False
    race: int = 0


class Classes:
    """All classes of this machine. Every call is one transaction; any thread and any process may make it.

    Raises (all methods):
        ClassError: there is no such class, or this person may not do that.
    """

    def __init__(self, file: Path) -> None:
        self.database = Database(file)
        self.photo_sets = file.parent / class_photos.NAME

    def begin(self, place: str = "") -> tuple[str, Member]:
        """Begin a class; returns the teacher's token, which is their secret, and what they are."""
        with self.database.write() as database:
            self._end_old(database)
            code = new_code({code for (code,) in database.execute("select code from room")})
            row = (code, time.time(), _address(place))
            database.execute("insert into room values (?, ?, ?, 0, 'null', 1, 0, 0)", row)
            return self._enter(database, code, "the teacher", True, place)

    def join(self, typed: str) -> tuple[str, Member]:
        """Come into the class of this code, at any time; returns the token of whoever came, and their name by lot."""
        code = as_code(typed)
        with self.database.write() as database:
            room = self._room(database, code)
            names = {name for (name,) in database.execute("select name from person where code = ?", (code,))}
            if len(names) >= MOST_PEOPLE:
                raise ClassError("This class is full.")
            return self._enter(database, code, new_name(names), False, room.place)

    def member(self, token: str) -> Member | None:
        """Who holds this token; None if their class has ended, or they have left it."""
        found = self.database.read(
            "select name, code, teacher, place, alone from person where token = ?", digest(token)
        ).fetchone()
        return None if found is None else Member(found[0], found[1], bool(found[2]), found[3], bool(found[4]))

    def room(self, code: str) -> Room | None:
        """The class of this code."""
        found = self.database.read(f"select {_ROOM} from room where code = ?", code).fetchone()
        return None if found is None else _room(found)

    def lead(self, token: str, place: str) -> None:
        """The teacher is at this address now, and the class with them."""
        with self.database.write() as database:
            me = self.teacher(database, token)
            database.execute(
                "update room set place = ?, version = version + 1 where code = ? and place != ?",
                (_address(place), me.code, _address(place)),
            )

    def pause(self, token: str, paused: bool) -> None:
        """Eyes to the front, or on with it."""
        with self.database.write() as database:
            me = self.teacher(database, token)
            database.execute("update room set paused = ?, version = version + 1 where code = ?", (int(paused), me.code))

    def point(self, token: str, at: object) -> None:
        """Where the teacher's pointer is, as `Room.pointer`; None takes it away."""
        fair = None if at is None else _pointer(at)
        with self.database.write() as database:
            me = self.teacher(database, token)
            database.execute("update room set pointer = ? where code = ?", (json.dumps(fair), me.code))

    def stand(self, token: str, place: str, alone: bool) -> None:
        """Somebody tells where they are, and whether they have left the class's path."""
        with self.database.write() as database:
            self.person(database, token)
            database.execute(
                "update person set place = ?, alone = ?, seen = ? where token = ?",
                (_address(place), int(alone), time.time(), digest(token)),
            )

    def seen(self, tokens: list[str]) -> None:
        """These are here: their browsers listen."""
        with self.database.write() as database:
            now = time.time()
            database.executemany(
                "update person set seen = ? where token = ?", [(now, digest(token)) for token in tokens]
            )

    def here(self, code: str) -> list[Member]:
        """Who is here, students alone, in the order of their names."""
        found = self.database.read(
            "select name, code, teacher, place, alone from person "
            "where code = ? and not teacher and seen > ? order by name",
            code,
            time.time() - AWAY,
        )
        return [Member(name, code, bool(teacher), place, bool(alone)) for name, code, teacher, place, alone in found]

    def leave(self, token: str) -> None:
        """Somebody goes, and nothing of them stays."""
        me = self.member(token)
        with self.database.write() as database:
            database.execute("delete from person where token = ? and not teacher", (digest(token),))
        if me:
            self.photos_changed(me.code)

    def end(self, token: str) -> str:
        """The teacher ends the class: all of it goes; returns its code."""
        with self.database.write() as database:
            me = self.teacher(database, token)
            database.execute("delete from room where code = ?", (me.code,))
        self.photos_changed(me.code)
        return me.code

    def photos_changed(self, code: str) -> None:
        """The sets made of the photos of a class go, all that was made of these, and what is left of deleted photos."""
        class_photos.forget(self.photo_sets, code)
        self.database.wipe()

    def end_old(self) -> None:
        """End the classes whose time is over, and remove what a class that has ended may have left."""
        if self.database.read("select 1 from room where begun < ?", time.time() - LIFE).fetchone():
            with self.database.write() as database:
                self._end_old(database)
            self.database.wipe()
        codes = {code for (code,) in self.database.read("select code from room")}
        class_photos.forget_others(self.photo_sets, codes)

    def hand_over(self, token: str) -> str:
        """A key with which one more device becomes the teacher's, once and within minutes."""
        with self.database.write() as database:
            me, key = self.teacher(database, token), secrets.token_urlsafe(12)
            database.execute("delete from key where code = ? or until < ?", (me.code, time.time()))
            database.execute("insert into key values (?, ?, ?)", (digest(key), me.code, time.time() + HAND_OVER))
            return key

    def take_over(self, key: str) -> tuple[str, Member]:
        """The second device shows its key; returns a token for it."""
        with self.database.write() as database:
            found = database.execute(
                "delete from key where token = ? and until > ? returning code", (digest(key), time.time())
            ).fetchone()
            if found is None:
                raise ClassError("This key is used or too old. Show a new one on the first device.")
            return self._enter(database, found[0], "the teacher", True, "")

    def _enter(
        self, database: sqlite3.Connection, code: str, name: str, teacher: bool, place: str
    ) -> tuple[str, Member]:
        token = secrets.token_urlsafe(24)
        database.execute(
            "insert into person values (?, ?, ?, ?, ?, 0, ?)",
            (digest(token), code, name, int(teacher), _address(place), time.time()),
        )
        return token, Member(name, code, teacher, _address(place), False)

    def _room(self, database: sqlite3.Connection, code: str) -> Room:
        self._end_old(database)
        found = database.execute(f"select {_ROOM} from room where code = ?", (code,)).fetchone()
        if found is None:
            raise ClassError("There is no class with this code. Look at it once more.")
        return _room(found)

    def person(self, database: sqlite3.Connection, token: str) -> Member:
        """Who holds this token, within a transaction."""
        found = database.execute(
            "select name, code, teacher, place, alone from person where token = ?", (digest(token),)
        ).fetchone()
        if found is None:
            raise ClassError("This class has ended.")
        return Member(found[0], found[1], bool(found[2]), found[3], bool(found[4]))

    def teacher(self, database: sqlite3.Connection, token: str) -> Member:
        """The teacher who holds this token, within a transaction."""
        me = self.person(database, token)
        if not me.teacher:
            raise ClassError("Only the teacher can do that.")
        return me

    def _end_old(self, database: sqlite3.Connection) -> None:
        database.execute("delete from room where begun < ?", (time.time() - LIFE,))


def _room(found: tuple[str, str, int, str, int, int, int]) -> Room:
    code, place, paused, pointer, version, wall, race = found
    at = json.loads(pointer)
    return Room(code, place, bool(paused), version, tuple(at) if at else None, bool(wall), race)


def _pointer(at: object) -> list[object]:
    """A class name and two shares.

    Raises:
        ClassError: it is none.
    """
    fits = isinstance(at, list) and len(at) == 3 and isinstance(at[0], str) and re.fullmatch(r"[\w-]{1,100}", at[0])
    if fits and all(type(each) in (int, float) and 0 <= each <= 1 for each in at[1:]):
        return at
    raise ClassError("This is no place on the page.")


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
