"""The hall as a layer: its numbers against torch, who is a node, and what stays of it."""

import math
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from imgcls.classroom import ClassError, Classes, Neurons
from imgcls.classroom.neuron import FEWEST, LABELS, LARGEST, MOST_LOSSES, PIXELS, RATES, passed, stepped
from imgcls.classroom.store import AWAY

PHOTO = [-1, -0.5, 0.25, 0, 1, 0.75, -0.2, 0.1, 0.6]


@pytest.fixture
def neurons(tmp_path: Path) -> Neurons:
    return Neurons(Classes(tmp_path / "class.sqlite3"), random.Random(3))


def begun(neurons: Neurons, students: int = 2, fill: bool = False) -> tuple[str, str, list[str]]:
    """A teacher with a layer, the code, and the students' tokens."""
    teacher, me = neurons.classes.begin("dense")
    neurons.show(teacher, PHOTO)
    neurons.set(teacher, {"fill": fill})
    tokens = [neurons.classes.join(me.code)[0] for _ in range(students)]
    for token in tokens:
        neurons.take_part(token)
    return teacher, me.code, tokens


def drawn(seed: int, nodes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, np.ndarray]:
    chance = np.random.default_rng(seed)
    return (
        chance.uniform(-1, 1, (nodes, PIXELS)), chance.integers(0, len(LABELS), nodes), chance.uniform(-1, 1, PIXELS),
        int(chance.integers(0, len(LABELS))), chance.random(nodes) < 0.5,
    )  # fmt: skip


@pytest.mark.parametrize("nodes", [1, 4, 100])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_pass_is_what_torch_computes(nodes: int, masked: bool, seed: int) -> None:
    weights, classes, pixels, label, mask = drawn(seed, nodes)
    found = passed(weights, classes, pixels, label, mask if masked else None)
    tensor = torch.tensor(weights, requires_grad=True)
    outputs = tensor @ torch.tensor(pixels) * (torch.tensor(mask) / 0.5 if masked else 1)
    logits = torch.zeros(len(LABELS), dtype=torch.float64).index_add(0, torch.tensor(classes), outputs)
    loss = torch.nn.functional.cross_entropy(logits[None], torch.tensor([label]))
    loss.backward()
    np.testing.assert_allclose(found.outputs, outputs.detach(), atol=1e-12)
    np.testing.assert_allclose(found.probabilities, torch.softmax(logits, 0).detach(), atol=1e-12)
    assert found.loss == pytest.approx(loss.item(), abs=1e-12)
    np.testing.assert_allclose(found.gradients, tensor.grad, atol=1e-5)


def test_one_node_worked_by_hand() -> None:
    """w · x = 2: the logits are (2, 0, 0), p = e² / (e² + 2), the loss -ln p, and dL/dw = (p - 1) x."""
    weights, pixels = np.full((1, PIXELS), 2.0), np.eye(PIXELS)[4]
    found, share = passed(weights, np.array([0]), pixels, 0), math.exp(2) / (math.exp(2) + 2)
    assert found.logits.tolist() == [2, 0, 0]
    assert found.loss == pytest.approx(-math.log(share))
    np.testing.assert_allclose(found.gradients, (share - 1) * pixels[None])
    np.testing.assert_allclose(stepped(weights, found.gradients, 1)[0, 4], 3 - share)
    assert stepped(weights, -found.gradients * 100, 1).min() == -LARGEST


def test_a_layer_without_nodes_knows_nothing() -> None:
    found = passed(np.zeros((0, PIXELS)), np.zeros(0, int), np.array(PHOTO), 1)
    assert found.loss == pytest.approx(math.log(3))
    assert found.gradients.shape == (0, PIXELS)


@pytest.mark.parametrize("nodes", [2, 8, 100])
def test_small_steps_lower_the_loss(neurons: Neurons, nodes: int) -> None:
    teacher, code, _ = begun(neurons, nodes)
    neurons.set(teacher, {"label": 2, "rate": RATES[0]})
    for step in range(5):
        before = neurons.layer(code).passed().loss
        neurons.step(teacher)
        layer = neurons.layer(code)
        assert layer.losses[-1] == pytest.approx((before, layer.passed().loss))
        assert layer.losses[-1][1] < before
        assert layer.steps == step + 1
    for _ in range(MOST_LOSSES):
        neurons.step(teacher)
    assert len(neurons.layer(code).losses) == MOST_LOSSES


def test_a_step_is_everybodys_weights_minus_rate_times_gradient(neurons: Neurons) -> None:
    teacher, code, _ = begun(neurons, 4)
    before = neurons.layer(code)
    neurons.step(teacher)
    for old, new, gradient in zip(before.nodes, neurons.layer(code).nodes, before.passed().gradients, strict=True):
        np.testing.assert_allclose(new.weights, np.array(old.weights) - before.rate * gradient)


def test_dropout_switches_some_off_and_scales_the_others(neurons: Neurons) -> None:
    teacher, code, _ = begun(neurons, 60)
    plain = neurons.layer(code).passed()
    neurons.drop(teacher, True)
    layer = neurons.layer(code)
    kept = np.array([node.kept for node in layer.nodes])
    assert 15 < kept.sum() < 45
    np.testing.assert_allclose(layer.passed().outputs, np.where(kept, 2 * plain.outputs, 0))
    assert not layer.passed().gradients[~kept].any(), "who is off learns nothing"
    neurons.drop(teacher, True)
    assert [node.kept for node in neurons.layer(code).nodes] != kept.tolist(), "a fresh mask"
    neurons.drop(teacher, False)
    assert all(node.kept for node in neurons.layer(code).nodes)
    np.testing.assert_allclose(neurons.layer(code).passed().outputs, plain.outputs)


def test_alone_the_app_plays_the_others_and_they_go_as_students_come(neurons: Neurons) -> None:
    teacher, code, _ = begun(neurons, 0, fill=True)
    assert len(neurons.layer(code).nodes) == FEWEST
    for count in range(1, FEWEST + 3):
        token = neurons.classes.join(code)[0]
        neurons.take_part(token)
        neurons.take_part(token)
        nodes = neurons.layer(code).nodes
        assert len(nodes) == max(FEWEST, count)
        assert sum(node.owner is not None for node in nodes) == count
        labels = [sum(node.label == label for node in nodes) for label in range(len(LABELS))]
        assert max(labels) - min(labels) <= 1
    neurons.set(teacher, {"fill": False})
    assert len(neurons.layer(code).nodes) == FEWEST + 2


def test_whoever_leaves_or_is_away_is_no_node(neurons: Neurons) -> None:
    _, code, (mine, other) = begun(neurons)
    with neurons.classes.database.write() as database:
        database.execute("update person set seen = seen - ? where not teacher", (AWAY + 1,))
    assert not neurons.layer(code).nodes
    neurons.classes.seen([mine, other])
    assert len(neurons.layer(code).nodes) == 2
    neurons.classes.leave(mine)
    assert len(neurons.layer(code).nodes) == 1
    with pytest.raises(ClassError, match="ended"):
        neurons.move(mine, [0.5] * PIXELS, 0)


def test_a_hand_moves_its_own_weights_and_is_too_late_after_a_step(neurons: Neurons) -> None:
    teacher, code, (mine, other) = begun(neurons)
    first, second = neurons.layer(code).nodes
    marks = neurons.marks(code)
    neurons.move(mine, [0.5] * PIXELS, 0)
    assert [node.weights for node in neurons.layer(code).nodes] == [(0.5,) * PIXELS, second.weights]
    assert neurons.marks(code)[0] != marks[0]
    assert neurons.marks(code)[1] == marks[1], "the others are not told of every move"
    neurons.step(teacher)
    assert neurons.marks(code)[1] != marks[1]
    after = neurons.layer(code).nodes[0].weights
    neurons.move(mine, [0.25] * PIXELS, 0)
    assert neurons.layer(code).nodes[0].weights == after
    neurons.begin_again(teacher)
    layer = neurons.layer(code)
    assert (layer.steps, layer.turn, layer.losses) == (0, 2, ())
    assert layer.nodes[0].weights not in (after, first.weights)
    for weights in ([0.5] * 8, [4] * PIXELS, ["x"] * PIXELS, None, [True] * PIXELS, [math.nan] * PIXELS):
        with pytest.raises(ClassError, match="no weights"):
            neurons.move(mine, weights, 2)
    neurons.close(teacher)
    for token in (mine, other, teacher):
        with pytest.raises(ClassError, match="no node"):
            neurons.move(token, [0.5] * PIXELS, 2)


def test_only_the_teacher_rules(neurons: Neurons) -> None:
    teacher, code, (mine, _) = begun(neurons)
    for act in (
        lambda: neurons.show(mine, PHOTO), lambda: neurons.step(mine), lambda: neurons.close(mine),
        lambda: neurons.drop(mine, True), lambda: neurons.begin_again(mine), lambda: neurons.set(mine, {"label": 1}),
    ):  # fmt: skip
        with pytest.raises(ClassError, match="Only the teacher"):
            act()
    for wrong in ({"label": 3}, {"rate": 7}, {"label": "dog"}, {"shown": 2}, {"fill": None}, {"rate": [1]}):
        with pytest.raises(ClassError, match="cannot be chosen"):
            neurons.set(teacher, wrong)
    neurons.set(teacher, {"do": "set", "steps": 9})
    assert neurons.layer(code).steps == 0, "what is none of a teacher's choices is left alone"
    neurons.take_part(teacher)
    assert len(neurons.layer(code).nodes) == 2
    neurons.close(teacher)
    with pytest.raises(ClassError, match="no layer"):
        neurons.step(teacher)


def test_a_layer_outlives_the_server_and_goes_with_the_class(neurons: Neurons, tmp_path: Path) -> None:
    teacher, code, _ = begun(neurons)
    neurons.step(teacher)
    again = Neurons(Classes(tmp_path / "class.sqlite3"))
    assert again.layer(code) == neurons.layer(code)
    again.classes.end(teacher)
    assert again.layer(code) is None
    assert again.classes.database.read("select count(*) from node").fetchone()[0] == 0
