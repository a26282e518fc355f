"""What the steps of a network are called."""

import pytest

from imgcls.models.graph import Graph, graph_of
from imgcls.models.registry import load
from imgcls.training.trained import tinyvgg
from imgcls.ui.network.words import layer_name, source_title, step_title
from tests.models.random_networks import SEEDS, random_network


@pytest.fixture(scope="module")
def large() -> Graph:
    return graph_of(load())


def place(graph: Graph, name: str) -> int:
    return next(step.index for step in graph.steps if step.name == name)


def test_what_a_column_shows_has_the_columns_title(large: Graph) -> None:
    for graph in (large, graph_of(tinyvgg())):
        for column in graph.columns[:-1]:
            assert step_title(graph, column.step) == column.title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("features.0.0", "Stem: convolution 3 × 3"),
        ("features.3.0.block.1.0", "Stage 3, block 1: depthwise 5 × 5"),
        ("features.3.0.block.2.1", "Stage 3, block 1: batch norm"),
        ("features.3.1.block.0.2", "Stage 3, block 2: ReLU6"),
        ("features.8.0", "Last: convolution 1 × 1"),
    ],
)
def test_inside_a_column_block_and_operation_are_named(large: Graph, name: str, title: str) -> None:
    assert step_title(large, place(large, name)) == title


def test_the_source_in_the_same_block_is_named_by_its_operation_alone(large: Graph) -> None:
    reader = place(large, "features.3.0.block.1.0")
    assert source_title(large, reader - 1, reader) == "ReLU6"
    first = place(large, "features.3.0.block.0.0")
    assert source_title(large, first - 1, first) == "Stage 2"


@pytest.mark.parametrize("seed", SEEDS)
def test_every_step_of_any_network_has_words(seed: int) -> None:
    graph = graph_of(random_network(seed))
    for step in graph.steps:
        assert step_title(graph, step.index)
        assert layer_name(step)
