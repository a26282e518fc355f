"""The pages' jobs without worker processes: each is done here and now, as soon as a page asks for it."""

import importlib
from collections.abc import Mapping
from typing import Any

import pytest

from imgcls.jobs import JobStatus
from imgcls.ui.dataset.work import forget


class Done:
    """What a page sees of a job that is over: see imgcls.jobs.Job."""

    state, quick = "done", True

    def __init__(self, target: str, settings: Mapping[str, Any], owner: str) -> None:
        module, _, name = target.partition(":")
        self.owner = owner
        self.records = list(getattr(importlib.import_module(module), name)(**settings))
        self.status = JobStatus("done", None, "", len(self.records), 1.0)


def at_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """From now on jobs are done at once, and no result is known yet; returns the list of targets as they are asked."""
    asked: list[str] = []

    def submit(target: str, settings: Mapping[str, Any], *, owner: str, **_other: object) -> Done:
        asked.append(target)
        return Done(target, settings, owner)

    forget()
    monkeypatch.setattr("imgcls.jobs.submit", submit)
    return asked
