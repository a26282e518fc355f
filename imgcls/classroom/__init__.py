"""A class: a teacher and their students in one lesson, with no account and no other machine.

`names` has the codes and the names by lot, `store` what is known of every class, in one SQLite file that outlives the
server and serves several of its processes, and `hall` tells all who listen of what changes.
"""

from imgcls.classroom.hall import Hall
from imgcls.classroom.store import ClassError, Classes, Member, Room

__all__ = ["ClassError", "Classes", "Hall", "Member", "Room"]
