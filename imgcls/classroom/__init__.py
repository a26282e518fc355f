"""A class: a teacher and their students in one lesson, with no account and no other machine.

`names` has the codes and the names by lot, `database` the SQLite file that outlives the server and serves several of
its processes, `store` who is in a class and where it is, `polls` what it is asked and votes, `wall` the photos that it
shows, `races` whose networks learn side by side, `neuron` the layer whose nodes are the class's devices, `concepts`
ten questions before and after a course, and `hall` tells all who listen of what changes.
"""

from imgcls.classroom.concepts import Concepts
from imgcls.classroom.database import ClassError
from imgcls.classroom.hall import Hall
from imgcls.classroom.neuron import Neurons
from imgcls.classroom.polls import Polls
from imgcls.classroom.races import Races
from imgcls.classroom.store import Classes, Member, Room
from imgcls.classroom.wall import Wall

__all__ = ["ClassError", "Classes", "Concepts", "Hall", "Member", "Neurons", "Polls", "Races", "Room", "Wall"]
