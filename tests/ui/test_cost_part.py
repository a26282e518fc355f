"""What an activation costs, on its page: measured when asked, once for all sessions, and told as it was measured."""

import pytest

from imgcls.ops.activation_cost import Cost
from imgcls.ops.activations import ACTIVATIONS
from imgcls.training.activation_times import Measured
from imgcls.ui.activations.cost_part import cost_words
from tests.test_pages import built_lessons, opened
from tests.ui.at_once import at_once

LESSON = next(lesson for lesson in built_lessons() if lesson.slug == "activations")
ADDRESS = {"act_part": "What it costs"}


def measured(relu: float) -> tuple[Cost, ...]:
    others = [Cost(name, each.title, 0.002, 0.003, 5) for name, each in ACTIVATIONS.items() if name != "relu"]
    slow = Cost("softplus", "Softplus", 0.02, 0.005, 5)
    kept = [each for each in others if each.name != "softplus"]
    return (Cost("convolution", "Convolution", 0.02, 0.03, 5), Cost("relu", "ReLU", relu, relu, 5), *kept, slow)


def test_the_sentence_names_what_was_measured_and_not_what_one_expects() -> None:
    told = cost_words(measured(0.001))
    assert "The convolution takes **50 ms**. **ReLU** takes 2 ms, 4% of that; the cheapest of all." in told
    assert "The most expensive is **Softplus**: 25 ms, 50% of that." in told
    told = cost_words(measured(0.004))
    assert "**ReLU** takes 8 ms, 16% of that; the cheapest is **Sigmoid**, 5 ms, 10% of that." in told


def test_one_measurement_serves_all_sessions_and_another_is_made_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = at_once(monkeypatch)
    found = Measured(measured(0.001))
    monkeypatch.setattr("imgcls.training.activation_times.activation_times", lambda: iter([found]))
    first = opened(LESSON, None, ADDRESS)
    assert not asked, "nothing is measured unasked"
    first.button(key="act_cost_go").click().run()
    assert len(asked) == 1
    assert any(each.value == cost_words(found.costs) for each in first.markdown)
    second = opened(LESSON, None, ADDRESS)
    assert second.button(key="act_cost_go").label == "Measure"
    second.button(key="act_cost_go").click().run()
    assert len(asked) == 1
    assert any(each.value == cost_words(found.costs) for each in second.markdown)
    second.button(key="act_cost_go").click().run()
    assert len(asked) == 2
    second.run()
    assert len(asked) == 2, "once for each press"
    assert not second.exception
