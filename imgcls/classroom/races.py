"""A race: runs of the class, each of the same number of seconds, side by side under their lots' names."""

from dataclasses import dataclass

from imgcls.classroom.database import ClassError, digest
from imgcls.classroom.store import Classes

LENGTHS = (30, 60, 120)
"""Seconds that a run of a race may have."""
MOST_ENTRIES = 20
"""Runs of one student."""


@dataclass(frozen=True)
class Entry:
    """A run of a race: its name in the runs' folder, and whose it is (`owner`: digest of a token, `name`: by lot)."""

    run: str
    owner: str
    name: str


@dataclass(frozen=True)
class Races:
    """The races of all classes, one of each at a time.

    Raises (all methods that take a token):
        ClassError: this person may not do that.
    """

    classes: Classes

    def begin(self, token: str, seconds: object) -> None:
        """The teacher begins a race; the runs of an earlier one are out of it."""
        if type(seconds) is not int or seconds not in LENGTHS:
            raise ClassError(f"A run of a race has {', '.join(map(str, LENGTHS[:-1]))} or {LENGTHS[-1]} seconds.")
        self._set(token, seconds)

    def end(self, token: str) -> None:
        """The teacher ends it; the runs themselves stay."""
        self._set(token, 0)

    def seconds(self, token: str) -> int:
        """How many seconds the next run of this student has in a race; 0: there is none for them."""
        me = self.classes.member(token)
        room = self.classes.room(me.code) if me and not me.teacher else None
        return room.race if room else 0

    def enter(self, token: str, run: str) -> None:
        """A student's run takes part."""
        with self.classes.database.write() as database:
            me = self.classes.person(database, token)
            race = database.execute("select race from room where code = ?", (me.code,)).fetchone()
            if me.teacher or not race[0]:
                raise ClassError("There is no race for this run.")
            mine = database.execute("select count(*) from entry where token = ?", (digest(token),)).fetchone()[0]
            if mine >= MOST_ENTRIES:
                raise ClassError(f"You have had {MOST_ENTRIES} runs in this race.")
            database.execute("insert or ignore into entry values (?, ?, ?)", (run, me.code, digest(token)))

    def entries(self, code: str) -> tuple[Entry, ...]:
        """The runs of a class's race, in the order in which they came."""
        found = self.classes.database.read(
            "select run, entry.token, name from entry join person on person.token = entry.token "
            "where entry.code = ? order by entry.rowid",
            code,
        )
        return tuple(Entry(*row) for row in found)

    def _set(self, token: str, seconds: int) -> None:
        with self.classes.database.write() as database:
            me = self.classes.teacher(database, token)
            database.execute("delete from entry where code = ?", (me.code,))
            database.execute("update room set race = ?, version = version + 1 where code = ?", (seconds, me.code))
