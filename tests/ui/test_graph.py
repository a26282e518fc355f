"""The graph's picture: places without overlaps, numbers and formulas as text, and the choices kept in the address."""

import itertools
import json
import random

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.ops.autodiff import central_differences, trace
from imgcls.ops.expression import parse
from imgcls.ops.routes import image_named, kernel_named, routes
from imgcls.ui.autodiff.graph import grids, words
from imgcls.ui.autodiff.graph.layout import GAP, lay_out
from tests.ops.random_expressions import random_text

NEURON = parse("tanh(x1*w1 + x2*w2 + b)")
VALUES = {"x1": 2.0, "w1": -3.0, "x2": 0.0, "w2": 1.0, "b": 6.8813735870195432}


@pytest.mark.parametrize("seed", range(40))
def test_nodes_stand_left_of_their_readers_and_never_overlap(seed: int) -> None:
    steps = parse(random_text(random.Random(seed), 5)).steps
    inputs, heights = [step.inputs for step in steps], words.node_heights(steps)
    layout = lay_out(inputs, heights)
    for target, sources in enumerate(inputs):
        assert all(layout.columns[source] < layout.columns[target] for source in sources)
    for column in set(layout.columns):
        spans = sorted(
            (layout.middles[i] - heights[i] / 2, layout.middles[i] + heights[i] / 2)
            for i in range(len(inputs))
            if layout.columns[i] == column
        )
        assert all(below[0] - above[1] >= GAP - 1e-6 for above, below in itertools.pairwise(spans))
    assert min(m - h / 2 for m, h in zip(layout.middles, heights, strict=True)) >= -1e-6
    assert max(m + h / 2 for m, h in zip(layout.middles, heights, strict=True)) <= layout.height + 1e-6


def test_an_edge_that_passes_columns_has_a_place_in_each() -> None:
    layout = lay_out([(), (0,), (1,), (2, 0)], [72.0] * 4)
    assert [column for column, _ in layout.detours[0, 3]] == [1, 2]
    assert layout.detours[0, 1] == ()


def test_unnamed_steps_get_names_that_no_variable_has() -> None:
    assert words.names(NEURON.steps) == ["x1", "w1", "v₁", "x2", "w2", "v₂", "v₃", "b", "v₄", "out"]
    assert words.names(parse("v1*w + v2").steps)[2] == "u₁"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.70710678, "0.707"), (-1.5, "−1.5"), (0.0, "0"), (-0.0, "0"), (1234.5, "1,235"), (123456.0, "123,456"),
        (0.000123, "1.23×10⁻⁴"), (1e-9, "1×10⁻⁹"), (float("nan"), "nan"), (float("-inf"), "−inf"), (None, ""),
    ],
)  # fmt: skip
def test_a_node_writes_three_digits(number: float | None, text: str) -> None:
    assert words.short(number) == text


def test_the_chain_rule_is_written_with_autograds_numbers() -> None:
    recorded = trace(NEURON.steps, VALUES)
    called = words.names(NEURON.steps)
    chain = words.chain_rule(recorded, called.index("w1"), recorded.backward_steps)
    (term,) = chain["terms"]
    assert (term["upper"], term["arriving"], term["local"], term["product"]) == ("v₁", "0.5", "2", "1")
    assert (term["rule"], chain["total"]) == ("x1", "1")
    assert chain["heading"] == "w1 = −3"
    assert words.chain_rule(recorded, called.index("w1"), 2)["total"] == ""
    tanh = words.chain_rule(recorded, called.index("v₄"), recorded.backward_steps)
    assert tanh["terms"][0]["rule"] == "1 − out²"
    assert tanh["heading"] == "v₄ = v₃ + b = 0.8814"


def test_at_each_step_exactly_one_node_works_and_its_edges_light_up() -> None:
    recorded = trace(NEURON.steps, VALUES)
    heights = words.node_heights(NEURON.steps)
    layout = lay_out([step.inputs for step in NEURON.steps], heights)
    for turn in range(recorded.backward_steps + 1):
        nodes = words.nodes(recorded, turn, layout, heights)
        edges = words.edges(recorded, turn, layout)
        working = [i for i, node in enumerate(nodes) if node["state"] == "firing"]
        assert len(working) == (turn > 0)
        assert {edge["to"] for edge in edges if edge["state"] == "now"} == (set(working) if turn > 1 else set())
        assert [bool(node["gradient"]) for node in nodes] == [
            recorded.gradient_at(i, turn) is not None for i in range(len(nodes))
        ]
        json.dumps([nodes, edges, words.step_caption(recorded, turn)], allow_nan=False)


@pytest.mark.parametrize("text", ["log(x)", "exp(exp(exp(x)))", "1 / (x - x)", "x * detach(x)", "detach(x) + 1"])
@pytest.mark.parametrize("no_grad", [True, False])
def test_every_picture_can_be_sent_even_of_what_is_no_number(text: str, no_grad: bool) -> None:
    expression = parse(text)
    recorded = trace(expression.steps, {"x": -3.0}, no_grad=no_grad)
    heights = words.node_heights(expression.steps)
    layout = lay_out([step.inputs for step in expression.steps], heights)
    for turn in range(recorded.backward_steps + 1):
        picture = [words.nodes(recorded, turn, layout, heights), words.edges(recorded, turn, layout)]
        picture += [words.chain_rule(recorded, i, turn) for i in range(len(recorded.nodes))]
        picture.append(words.leaf_table(recorded, turn, central_differences(expression.steps, {"x": -3.0})))
        json.dumps(picture, allow_nan=False)


def test_the_table_groups_the_leaves_that_differ_for_the_same_reason() -> None:
    steps = parse("w*x + y").steps
    values = {"w": 1.0, "x": 2.0, "y": 3.0}
    recorded = trace(steps, values, learn=["w"])
    table = words.leaf_table(recorded, recorded.backward_steps, central_differences(steps, values))
    assert [row["agrees"] for row in table["rows"]] == ["=", "–", "–"], "to have no .grad is no mistake"
    assert len(table["reasons"]) == 1
    assert table["reasons"][0].startswith("x, y: requires_grad is False")


def test_the_table_keeps_each_gradient_to_itself_until_it_has_arrived() -> None:
    recorded = trace(NEURON.steps, VALUES)
    differences = central_differences(NEURON.steps, VALUES)
    for turn in range(recorded.backward_steps + 1):
        for row in words.leaf_table(recorded, turn, differences)["rows"]:
            index = recorded.nodes.index(recorded.leaf(row["name"]))
            arrived = all(edge.turn <= turn for edge in recorded.arrivals(index))
            assert (row["gradient"] == row["difference"] == "·", row["agrees"] == "") == (not arrived, not arrived)
    half = parse("w*detach(w)").steps
    found = trace(half, {"w": 3.0})
    assert words.leaf_table(found, 9, central_differences(half, {"w": 3.0}))["rows"][0]["agrees"] == "≠"


def test_the_backward_pass_opens_with_its_question() -> None:
    drawn = words.picture(trace(NEURON.steps, VALUES), 0, None, central_differences(NEURON.steps, VALUES))
    assert drawn["caption"].endswith(f"Which gradient will arrive at {NEURON.variables[0]}?")
    assert {row["gradient"] for row in drawn["leaves"]["rows"]} == {"·"}
    assert not any(node["gradient"] for node in drawn["nodes"])


def test_a_cells_chain_rule_and_marks_follow_its_route() -> None:
    followed = routes(image_named("speckles"), kernel_named("left edge"))
    picture = grids.picture(followed, 4, (1, 0, 0))
    kernel = picture["nodes"][1]["grid"]
    assert kernel["parts"][0]["cells"][0] == ["−1", kernel["parts"][0]["cells"][0][1], "#000000", "chosen"]
    total = float(followed.gradient("kernel")[0, 0])
    assert picture["chain"]["plain"].endswith(f"= {total:g}")
    convolved = picture["nodes"][2]["grid"]["parts"][1]["cells"]
    assert [i for i, cell in enumerate(convolved) if cell[3] == "route"] == [
        i for i, cell in enumerate(convolved) if cell[0] == "1"
    ]
    early = grids.picture(followed, 2, (0, 3, 3))
    assert {cell[0] for cell in early["nodes"][0]["grid"]["parts"][1]["cells"]} == {"·"}
    assert "nothing has arrived" in early["chain"]["plain"]
    for turn, node in itertools.product(range(5), range(4)):
        json.dumps(grids.picture(followed, turn, (node, 1, 1)), allow_nan=False)


def choosing() -> None:
    import streamlit as st

    from imgcls.ui.autodiff.graph import choices
    from imgcls.ui.stage import stage

    rows = choices("page_graph", st.session_state.get("about", "w*x"), opens=st.session_state.get("opens", 0))
    st.session_state["chosen"] = tuple(stage("page", rows, lambda numbers: {}).numbers.values())


@pytest.mark.parametrize(
    ("step", "node", "expected"),
    [
        ("3", "2", (3, 2)),
        ("0", "0", (0, 0)),
        ("abc", "nan", (0, None)),
        ("-4", "1e9", (0, None)),
        ("", "", (0, None)),
    ],
)
def test_the_address_sets_step_and_node_and_nonsense_is_ignored(
    step: str, node: str, expected: tuple[int | None, int | None]
) -> None:
    app = AppTest.from_function(choosing)
    app.query_params["page_graph_step"] = step
    app.query_params["page_graph_node"] = node
    app.run()
    assert not app.exception
    assert app.session_state["chosen"] == expected


@pytest.mark.parametrize("opens", [0, None])
def test_another_expression_starts_where_the_first_one_did(opens: int | None) -> None:
    app = AppTest.from_function(choosing)
    app.session_state["opens"] = opens
    app.query_params.update({"page_graph_step": "2", "page_graph_node": "1"})
    app.run()
    assert app.session_state["chosen"] == (2, 1)
    app.session_state["about"] = "w + x"
    app.run()
    assert app.session_state["chosen"] == (opens, None)
    assert not app.query_params


def test_a_step_or_node_beyond_the_picture_counts_as_the_last_step_and_as_none() -> None:
    recorded = trace(NEURON.steps, VALUES)
    differences = central_differences(NEURON.steps, VALUES)
    drawn = words.picture(recorded, 99, 99, differences)
    assert drawn["turn"] == drawn["turns"] == recorded.backward_steps
    assert drawn["selected"] == words.selection(recorded, recorded.backward_steps)
    assert words.picture(recorded, None, 3, differences)["selected"] == 3
