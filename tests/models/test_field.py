"""What an inner place sees: the graph's square, and the gradient inside it."""

import pytest
import torch

from imgcls.models.classify import Classifier
from imgcls.models.field import field_of
from imgcls.models.graph import graph_of


def test_the_gradient_lies_in_the_square_and_its_core_in_less(embedded: Classifier, photographs: dict) -> None:
    graph, inputs = graph_of(embedded), embedded.preprocess(photographs["chelsea"])
    sides = []
    for column in graph.columns[1:5]:
        row = place = column.shape[1] // 2
        seen = field_of(graph, inputs, column.step, row, place)
        top, left, bottom, right = seen.box
        assert bottom - top == right - left == seen.field.size
        inside = torch.zeros(224, 224, dtype=torch.bool)
        inside[max(top, 0) : bottom, max(left, 0) : right] = True
        assert seen.strength[inside].any()
        assert not seen.strength[~inside].any()
        assert 0 < seen.effective <= seen.field.size
        sides.append(seen.field.size)
    assert sides == sorted(sides)
    assert sides[0] == 3


def test_the_input_sees_itself_and_other_places_are_refused(embedded: Classifier, photographs: dict) -> None:
    graph, inputs = graph_of(embedded), embedded.preprocess(photographs["coffee"])
    assert field_of(graph, inputs, 0, 3, 4).box == (3, 4, 4, 5)
    assert field_of(graph, inputs, 0, 3, 4).effective == 1
    with pytest.raises(IndexError, match="none at 112, 0"):
        field_of(graph, inputs, graph.columns[1].step, 112, 0)
    with pytest.raises(ValueError, match="the whole picture"):
        field_of(graph, inputs, graph.steps[-1].index, 0, 0)
