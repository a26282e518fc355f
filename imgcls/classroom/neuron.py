"""The hall as a layer: each device is one node of a dense layer, and all of them learn one photo together.

A node has a weight for each of the photo's few pixels and counts for one class: with pixels x and weights w its output
is w · x, a class's logit is the sum of its nodes' outputs, and the loss is -ln of the softmax of the right class. There
is no bend in it, so that nobody's gradient is 0 for good. Whoever is away is no node meanwhile; whoever leaves takes
their node along.
"""

import json
import random
import sqlite3
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from imgcls.classroom.database import ClassError, digest
from imgcls.classroom.store import AWAY, Classes

LABELS = ("dog", "cat", "rabbit")
SIDE = 3
"""Pixels of a side of the photo as the nodes see it."""
PIXELS = SIDE * SIDE
RATES = (0.01, 0.03, 0.1, 0.3, 1.0)
"""Learning rates that a teacher can choose."""
LARGEST = 3.0
"""A weight lies between minus this and this: the ends of its slider."""
FEWEST = 8
"""Nodes in all, as long as the app plays those that are missing."""
DROPPED = 0.5
"""The probability with which dropout switches a node off."""
MOST_LOSSES = 40
"""Steps whose losses are kept."""
_ROW = "pixels, label, rate, shown, dropout, fill, steps, turn, masks, losses, version"


@dataclass(frozen=True)
class Pass:
    """One forward and backward pass of N nodes, each with `PIXELS` weights, for C classes.

    `outputs` (N,) are what goes into the sums: w · x, with dropout 0 or divided by the probability to be kept;
    `logits` (C,), `probabilities` (C,), `loss`; `gradients` (N, PIXELS) are those of the loss.
    """

    outputs: np.ndarray
    logits: np.ndarray
    probabilities: np.ndarray
    loss: float
    gradients: np.ndarray


def passed(
    weights: np.ndarray, classes: np.ndarray, pixels: np.ndarray, label: int, kept: np.ndarray | None = None
) -> Pass:
    """The pass of nodes with `weights` (N, PIXELS) that count for `classes` (N,), whose right class is `label`.

    `kept` (N,) says which nodes dropout has left on; None: there is no dropout. Inverted dropout: those left on are
    scaled, so that the expected sum is the same.
    """
    scale = np.ones(len(weights)) if kept is None else kept / (1 - DROPPED)
    outputs = scale * (weights @ pixels)
    logits = np.bincount(classes, outputs, minlength=len(LABELS))
    shifted = logits - logits.max()
    logarithms = shifted - np.log(np.exp(shifted).sum())
    probabilities = np.exp(logarithms)
    to_logits = probabilities - (np.arange(len(LABELS)) == label)
    gradients = np.outer(to_logits[classes] * scale, pixels)
    return Pass(outputs, logits, probabilities, float(-logarithms[label]), gradients)


def stepped(weights: np.ndarray, gradients: np.ndarray, rate: float) -> np.ndarray:
    """The weights after one step downhill, held between -LARGEST and LARGEST."""
    return np.clip(weights - rate * gradients, -LARGEST, LARGEST)


@dataclass(frozen=True)
class Node:
    """A device, or one that the app plays (`owner` is None, else the digest of a token).

    `kept`: dropout has left it on.
    """

    id: int
    owner: str | None
    name: str
    label: int
    weights: tuple[float, ...]
    kept: bool


@dataclass(frozen=True)
class Layer:
    """A class's layer: the photo's `pixels` from -1 to 1, which `label` is right, the learning `rate`, whether all are
    `shown` their gradients, `dropout`, whether the app plays the nodes that are missing (`fill`), the number of `steps`
    with the `losses` before and after each, and `turn`, which grows whenever the app sets all weights."""

    pixels: tuple[float, ...]
    label: int
    rate: float
    shown: bool
    dropout: bool
    fill: bool
    steps: int
    turn: int
    losses: tuple[tuple[float, float], ...]
    nodes: tuple[Node, ...]

    def passed(self) -> Pass:
        """Forward and backward through the nodes that are here."""
        weights = np.array([node.weights for node in self.nodes]).reshape(-1, PIXELS)
        classes = np.array([node.label for node in self.nodes], dtype=int)
        kept = np.array([node.kept for node in self.nodes], dtype=bool) if self.dropout else None
        return passed(weights, classes, np.array(self.pixels), self.label, kept)


@dataclass(frozen=True)
class Neurons:
    """The layers of all classes, one of each at most.

    Raises (all methods that take a token):
        ClassError: this person may not do that.
    """

    classes: Classes
    chance: random.Random = field(default_factory=random.SystemRandom)

    def show(self, token: str, pixels: Sequence[float]) -> None:
        """The teacher shows a photo (PIXELS values from -1 to 1): a layer begins, or the one there sees this photo."""
        with self.classes.database.write() as database:
            code = self.classes.teacher(database, token).code
            text = json.dumps([float(value) for value in pixels])
            if database.execute("select 1 from neuron where code = ?", (code,)).fetchone():
                self._change(database, code, "pixels = ?", text)
                return
            count = database.execute("select count(*) from person where code = ?", (code,)).fetchone()[0]
            # The more nodes add up, the further a step goes.
            rate = RATES[2] if count <= 12 else RATES[1] if count <= 40 else RATES[0]
            row = (code, text, rate, json.dumps([]))
            database.execute("insert into neuron values (?, ?, 0, ?, 0, 0, 1, 0, 0, 0, ?, 0)", row)
            for place in range(FEWEST):
                self._add(database, code, None, place % len(LABELS), True)

    def close(self, token: str) -> None:
        """The layer is over, and nothing of it is kept."""
        with self.classes.database.write() as database:
            code = self._teacher(database, token)
            database.execute("delete from node where code = ?", (code,))
            database.execute("delete from neuron where code = ?", (code,))

    def set(self, token: str, given: Mapping[str, object]) -> None:
        """The teacher chooses what is right (`label`), the `rate`, whether gradients are `shown`, and whether the app
        plays the missing nodes (`fill`); what is not given stays."""
        fair = {name: _fair(name, value) for name, value in given.items() if name in _CHOICES}
        with self.classes.database.write() as database:
            code = self._teacher(database, token)
            for name, value in fair.items():
                self._change(database, code, f"{name} = ?", value)  # the name is one of ours

    def drop(self, token: str, on: bool) -> None:
        """Dropout with a fresh mask, a toss for each node; or all nodes on again."""
        with self.classes.database.write() as database:
            code = self._teacher(database, token)
            for (node,) in database.execute("select id from node where code = ?", (code,)).fetchall():
                database.execute("update node set kept = ? where id = ?", (self._toss(on), node))
            self._change(database, code, "dropout = ?, masks = masks + 1", int(on))

    def step(self, token: str) -> None:
        """All nodes that are here go one step downhill."""
        with self.classes.database.write() as database:
            code = self._teacher(database, token)
            layer = self._layer(database.execute, code)
            assert layer  # its teacher has just been found to have one
            before = layer.passed()
            weights = stepped(np.array([node.weights for node in layer.nodes]), before.gradients, layer.rate)
            for node, row in zip(layer.nodes, weights, strict=True):
                self._put(database, node.id, row.tolist())
            after = self._layer(database.execute, code)
            assert after
            losses = [*layer.losses, (before.loss, after.passed().loss)][-MOST_LOSSES:]
            self._change(database, code, "losses = ?, steps = steps + 1, turn = turn + 1", json.dumps(losses))

    def begin_again(self, token: str) -> None:
        """New random weights for everyone."""
        with self.classes.database.write() as database:
            code = self._teacher(database, token)
            for (node,) in database.execute("select id from node where code = ?", (code,)).fetchall():
                self._put(database, node, self._first())
            self._change(database, code, "losses = ?, steps = 0, turn = turn + 1", json.dumps([]))

    def take_part(self, token: str) -> None:
        """A student's device becomes a node, with random weights; it counts for the class that has the fewest."""
        with self.classes.database.write() as database:
            me = self.classes.person(database, token)
            found = database.execute("select dropout from neuron where code = ?", (me.code,)).fetchone()
            there = database.execute("select 1 from node where token = ?", (digest(token),)).fetchone()
            if me.teacher or not found or there:
                return
            query = "select label, count(*) from node where code = ? and token is not null group by label"
            counts = dict(database.execute(query, (me.code,)).fetchall())
            label = min(range(len(LABELS)), key=lambda each: (counts.get(each, 0), each))
            self._add(database, me.code, digest(token), label, bool(self._toss(bool(found[0]))))
            self._change(database, me.code, "masks = masks + ?", 1)

    def move(self, token: str, weights: object, turn: object) -> None:
        """A student has moved their node's weights; too late if the app has set all weights since (`turn`)."""
        if not isinstance(weights, list) or len(weights) != PIXELS or not all(map(_is_weight, weights)):
            raise ClassError("These are no weights of a node.")
        with self.classes.database.write() as database:
            me = self.classes.person(database, token)
            found = database.execute("select turn from neuron where code = ?", (me.code,)).fetchone()
            node = database.execute("select id from node where token = ?", (digest(token),)).fetchone()
            if not found or not node:
                raise ClassError("Your device is no node any more.")
            if found[0] == turn:
                self._put(database, node[0], weights)
                database.execute("update neuron set version = version + 1 where code = ?", (me.code,))

    def layer(self, code: str) -> Layer | None:
        """The layer of a class, with the nodes that are here; None while there is none."""
        return self._layer(lambda query, values: self.classes.database.read(query, *values), code)

    def marks(self, code: str) -> tuple[int, int] | None:
        """Two numbers that change: with every move of a hand (for the teacher), and with all else (for everyone)."""
        found = self.classes.database.read(f"select {_ROW} from neuron where code = ?", code).fetchone()
        return None if found is None else (found[-1], zlib.crc32(repr(found[:-1]).encode()))

    def _layer(self, read: Callable[..., sqlite3.Cursor], code: str) -> Layer | None:
        found = read(f"select {_ROW} from neuron where code = ?", (code,)).fetchone()
        if found is None:
            return None
        pixels, label, rate, shown, dropout, fill, steps, turn, _, losses, _ = found
        rows = read(
            "select id, node.token, name, label, weights, kept from node left join person on person.token = node.token "
            "where node.code = ? and (node.token is null or seen > ?) order by id",
            (code, time.time() - AWAY),
        ).fetchall()
        here = [row for row in rows if row[1] is not None]
        # As students come, those that the app plays go, each from the class that the student counts for.
        played = [row for row in rows if row[1] is None][len(here) :] if fill else []
        nodes = [
            Node(number, owner, name or "", of, tuple(json.loads(weights)), bool(kept))
            for number, owner, name, of, weights, kept in (*here, *played)
        ]
        settings = (tuple(json.loads(pixels)), label, rate, bool(shown), bool(dropout), bool(fill), steps, turn)
        return Layer(*settings, tuple((before, after) for before, after in json.loads(losses)), tuple(nodes))

    def _teacher(self, database: sqlite3.Connection, token: str) -> str:
        """The code of a teacher's class that has a layer."""
        code = self.classes.teacher(database, token).code
        if not database.execute("select 1 from neuron where code = ?", (code,)).fetchone():
            raise ClassError("There is no layer. Start it first.")
        return code

    def _change(self, database: sqlite3.Connection, code: str, what: str, value: object) -> None:
        database.execute(f"update neuron set {what}, version = version + 1 where code = ?", (value, code))

    def _add(self, database: sqlite3.Connection, code: str, owner: str | None, label: int, kept: bool) -> None:
        row = (code, owner, label, json.dumps(self._first()), int(kept))
        database.execute("insert into node (code, token, label, weights, kept) values (?, ?, ?, ?, ?)", row)

    def _put(self, database: sqlite3.Connection, node: int, weights: Sequence[float]) -> None:
        database.execute("update node set weights = ? where id = ?", (json.dumps(weights), node))

    def _first(self) -> list[float]:
        """Random first weights, between -1 and 1."""
        return [round(self.chance.uniform(-1, 1), 2) for _ in range(PIXELS)]

    def _toss(self, dropout: bool) -> int:
        return int(not dropout or self.chance.random() >= DROPPED)


_CHOICES: dict[str, Sequence[object]] = {
    "label": range(len(LABELS)), "rate": RATES, "shown": (False, True), "fill": (False, True),
}  # fmt: skip


def _fair(name: str, value: object) -> object:
    """A setting of the teacher's.

    Raises:
        ClassError: it cannot be chosen.
    """
    if type(value) in (bool, int, float) and value in _CHOICES[name]:
        return value
    raise ClassError("This cannot be chosen.")


def _is_weight(value: object) -> bool:
    return type(value) in (int, float) and -LARGEST <= value <= LARGEST
