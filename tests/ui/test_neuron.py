"""The hall as a layer, as a browser asks for it: the pixels, what each may see, and the same numbers in JavaScript."""

import asyncio
import base64
import io
import json
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imgcls.classroom import ClassError, Hall
from imgcls.classroom.neuron import LABELS, PIXELS, passed
from imgcls.ui import views
from imgcls.ui.classroom.neuron import pixels_of
from tests.javascript import evaluated
from tests.ui.test_classroom import asked

MATH = Path(views.__file__).parent / "classroom/neuron_math.js"


def picture() -> str:
    """Nine grey squares, in base64."""
    grey = np.arange(9, dtype=np.uint8).reshape(3, 3) * 25
    file = io.BytesIO()
    Image.fromarray(grey).resize((300, 300), Image.Resampling.NEAREST).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_a_photo_becomes_nine_pixels_from_its_darkest_to_its_brightest() -> None:
    squares = np.zeros((90, 120, 3), np.uint8)
    squares[:, :15] = squares[:, -15:] = 255  # what the middle square leaves out
    for row in range(3):
        for column in range(3):
            squares[30 * row : 30 * row + 30, 15 + 30 * column : 45 + 30 * column] = 20 * (3 * row + column)
    assert pixels_of(Image.fromarray(squares)) == [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1]
    with pytest.raises(ClassError, match="same grey"):
        pixels_of(Image.new("RGB", (50, 50), "tan"))


def test_the_teacher_sees_all_nodes_and_a_student_their_own(own_hall: Hall) -> None:
    teacher, me = own_hall.classes.begin("dense")
    students = [own_hall.classes.join(me.code)[0] for _ in range(3)]
    read = lambda token: json.loads(asked("neuron.json", cookie=token, method="GET")[1])  # noqa: E731
    assert read(teacher) == {}
    assert asked("neuron", {"do": "show", "picture": picture()}, students[0])[0] == 422
    assert asked("neuron", {"do": "show", "picture": picture()}, teacher)[0] == 200
    assert asked("neuron", {"do": "set", "fill": False, "label": 1, "rate": 1}, teacher)[0] == 200
    assert "mine" not in read(students[0])
    for token in students:
        assert asked("neuron", {"do": "take-part"}, token)[0] == 200
    assert asked("weights", {"weights": [0.5] * PIXELS, "turn": 0}, students[1])[0] == 200
    seen, mine = read(teacher), read(students[1])
    assert [node["label"] for node in seen["nodes"]] == [0, 1, 2]
    assert seen["nodes"][1]["output"] == pytest.approx(0.5 * sum(seen["pixels"]))
    assert mine["mine"]["weights"] == [0.5] * PIXELS
    assert "nodes" not in mine, "nobody is told of another's node"
    assert all(own_hall.classes.member(token).name not in json.dumps(mine) for token in students)
    assert mine["mine"]["gradient"] == pytest.approx([(mine["probabilities"][1] - 1) * each for each in mine["pixels"]])
    assert asked("neuron", {"do": "step"}, teacher)[0] == 200
    after = read(students[1])
    assert after["loss"] < mine["loss"]
    assert after["losses"] == [[pytest.approx(mine["loss"]), pytest.approx(after["loss"])]]
    assert asked("neuron", {"do": "drop", "on": True}, teacher)[0] == 200
    assert asked("neuron", {"do": "again"}, teacher)[0] == 200
    assert read(teacher)["steps"] == 0
    assert asked("neuron", {"do": "close"}, teacher)[0] == 200
    assert read(students[1]) == {}


@pytest.mark.parametrize(
    "body", [{}, {"do": "destroy"}, {"do": ["step"]}, {"do": "show", "picture": 7}, {"do": "set", "rate": "x"}]
)
def test_what_makes_no_sense_gets_one_sentence(own_hall: Hall, body: dict) -> None:
    teacher, _ = own_hall.classes.begin("dense")
    assert asked("neuron", {"do": "show", "picture": picture()}, teacher)[0] == 200
    status, text, _ = asked("neuron", body, teacher)
    assert status == 422
    assert text.count(".") == 1
    assert asked("neuron.json", method="GET")[0] == 404, "a stranger sees nothing"


def test_everybody_hears_of_a_layer_and_only_the_teacher_of_every_hand(own_hall: Hall) -> None:
    teacher, me = own_hall.classes.begin("dense")
    student, other = (own_hall.classes.join(me.code)[0] for _ in range(2))
    own_hall.neurons.show(teacher, [0.5] * PIXELS)
    for token in (student, other):
        own_hall.neurons.take_part(token)

    async def first(token: str) -> object:
        return (await anext(own_hall.listen(token)))["neuron"]

    def told(token: str) -> object:
        return asyncio.run(first(token))

    before = [told(token) for token in (teacher, student)]
    own_hall.neurons.move(other, [0.25] * PIXELS, 0)
    after = [told(token) for token in (teacher, student)]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True]
    own_hall.neurons.step(teacher)
    assert told(student) != after[1]


@pytest.mark.parametrize(("dropout", "kept"), [(False, True), (True, True), (True, False)])
@pytest.mark.parametrize("seed", range(3))
def test_a_node_computes_under_the_finger_what_the_server_does(dropout: bool, kept: bool, seed: int) -> None:
    chance = np.random.default_rng(seed)
    weights, classes = chance.uniform(-1, 1, (7, PIXELS)), chance.integers(0, len(LABELS), 7)
    pixels, label, place = chance.uniform(-1, 1, PIXELS), random.Random(seed).randrange(len(LABELS)), seed
    mask = chance.random(7) < 0.5 if dropout else None
    if mask is not None:
        mask[place] = kept
    before = passed(weights, classes, pixels, label, mask)
    news = {
        "mine": {"label": int(classes[place]), "kept": kept, "output": before.outputs[place]},
        "pixels": pixels.tolist(), "label": label, "dropout": dropout, "logits": before.logits.tolist(),
    }  # fmt: skip
    weights[place] = chance.uniform(-3, 3, PIXELS)
    after = passed(weights, classes, pixels, label, mask)
    found = evaluated(MATH, [f"m.moved({json.dumps(news)}, {json.dumps(weights[place].tolist())})"])[0]
    assert found["input"] == pytest.approx(weights[place] @ pixels)
    assert found["output"] == pytest.approx(after.outputs[place])
    assert found["probabilities"] == pytest.approx(after.probabilities.tolist())
    assert found["loss"] == pytest.approx(after.loss)
    np.testing.assert_allclose(found["gradient"], after.gradients[place], atol=1e-12)
