"""Optimisers and schedules: that they learn, and what an optimiser keeps when it goes on from a file."""

import ast
import io

import pytest
import torch
from torch import nn

from imgcls.training import loop
from imgcls.training.optimisers import OPTIMISERS, SCHEDULES, make_optimiser, restore, set_rate
from imgcls.training.records import Evaluation, Step
from imgcls.training.trainer import train
from tests.training.toy import toy, toy_config

CPU = torch.device("cpu")


def stepped(name: str, module: nn.Module, captured: bool) -> torch.optim.Optimizer:
    optimiser = make_optimiser(name, module.parameters(), 0.1, 0.0, CPU, captured)
    module(torch.ones(2, 3)).square().sum().backward()
    if not (captured and name.startswith("adam")):  # which steps on a GPU only
        optimiser.step()
    return optimiser


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_line_that_makes_it_is_what_it_is_made_with(name: str) -> None:
    made = make_optimiser(name, nn.Linear(3, 2).parameters(), 0.1, 0.01, CPU)
    call = ast.parse(OPTIMISERS[name].code, mode="eval").body
    assert ast.unparse(call.func) == f"torch.optim.{type(made).__name__}"
    values = {"LR": 0.1, "WEIGHT_DECAY": 0.01}
    for each in call.keywords:
        text = ast.unparse(each.value)
        assert made.defaults[each.arg] == (values[text] if text in values else ast.literal_eval(text))
    plain = type(made)(nn.Linear(3, 2).parameters(), lr=0.1, weight_decay=0.01, fused=True).defaults
    assert {key for key, value in made.defaults.items() if plain[key] != value} <= {each.arg for each in call.keywords}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_rate_that_a_recorded_step_reads_stays_the_tensor_that_it_reads(name: str) -> None:
    file = io.BytesIO()
    torch.save(stepped(name, nn.Linear(3, 2), captured=True).state_dict(), file)
    optimiser = stepped(name, nn.Linear(3, 2), captured=True)
    recorded = optimiser.param_groups[0]["lr"]
    file.seek(0)
    restore(optimiser, torch.load(file, weights_only=True))
    set_rate(optimiser, 0.25)
    assert optimiser.param_groups[0]["lr"] is recorded
    assert float(recorded) == 0.25


@pytest.mark.parametrize("name", [name for name in OPTIMISERS if name != "sgd"])  # which keeps nothing
def test_momentum_and_means_are_restored(name: str) -> None:
    module = nn.Linear(3, 2)
    saved = stepped(name, module, captured=False)
    again = make_optimiser(name, module.parameters(), 0.1, 0.0, CPU)
    restore(again, saved.state_dict())
    assert saved.state
    for old, new in zip(saved.state.values(), again.state.values(), strict=True):
        assert old.keys() == new.keys()
        for entry in old:
            assert entry == "step" or old[entry] is None or torch.equal(old[entry], new[entry])


def test_a_whole_number_is_a_rate_for_a_recorded_step_too() -> None:
    """As JSON may hold it; a step that is recorded needs a float."""
    optimiser = make_optimiser("sgd", nn.Linear(3, 2).parameters(), 1, 0.0, CPU, captured=True)
    assert optimiser.param_groups[0]["lr"].dtype == torch.float32


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_every_optimiser_learns(optimiser: str) -> None:
    config = toy_config(optimiser=optimiser, lr=0.01 if optimiser.startswith("adam") else 0.1)
    *_, last = (record for record in train(config, dataset=toy()) if isinstance(record, Evaluation))
    assert last.val_accuracy > 0.9


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_schedules_set_the_rate_of_each_step(schedule: str, monkeypatch) -> None:
    monkeypatch.setattr(loop, "STEP_SECONDS", 0.0)
    records = train(toy_config(schedule=schedule, epochs=1), dataset=toy())
    rates = [record.lr for record in records if isinstance(record, Step)]
    assert rates == pytest.approx([0.01 * SCHEDULES[schedule](step / 6) for step in range(6)])


def test_one_cycle_rises_then_falls_and_every_schedule_stays_within_0_and_1() -> None:
    cycle = [SCHEDULES["one-cycle"](place / 100) for place in range(101)]
    assert cycle[0] == pytest.approx(1 / 25)
    assert max(cycle) == cycle[25] == 1
    assert cycle[100] < 1e-3
    for schedule in SCHEDULES.values():
        assert all(0 <= schedule(place / 100) <= 1 for place in range(101))


def test_a_step_is_the_hand_worked_one_and_leaves_gradients_as_they_were() -> None:
    module = nn.Linear(3, 2, bias=False)
    before = module.weight.detach().clone()
    module(torch.tensor([[1.0, 2.0, 3.0]])).sum().backward()
    optimiser = make_optimiser("sgd", module.parameters(), 0.5, 0.0, CPU)
    switched = []

    def closure() -> torch.Tensor:
        switched.append(torch.is_grad_enabled())
        return torch.tensor(7.0)

    assert optimiser.step(closure) == 7
    assert switched == [True]
    assert torch.is_grad_enabled()
    torch.testing.assert_close(module.weight.detach(), before - 0.5 * torch.tensor([1.0, 2.0, 3.0]))
    assert module.weight.is_leaf
    assert module.weight.requires_grad
    with torch.no_grad():
        optimiser.step()
        assert not torch.is_grad_enabled()
