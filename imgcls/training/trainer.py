"""Training as a generator of frozen records: `for record in train(config): ...`. Knows no screen."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from imgcls.data.datasets import Dataset
from imgcls.jobs.inbox import Inbox
from imgcls.training.config import TrainConfig
from imgcls.training.learner import pick_device
from imgcls.training.loop import Run
from imgcls.training.material import gather
from imgcls.training.records import Record
from imgcls.training.runs import RunFiles
from imgcls.training.world import ALONE, World


def train(
    config: TrainConfig,
    *,
    folder: Path | str | None = None,
    resume: bool = False,
    paused: bool = False,
    need_files: bool = True,
    probe: np.ndarray | None = None,
    inbox: Inbox | None = None,
    dataset: Dataset | None = None,
    world: World = ALONE,
) -> Iterator[Record]:
    """Trains and says how it goes: Loading, Started, an Evaluation of the first weights, then Step, Evaluation,
    Snapshot, Finding, Paused, then Finished.

    A disk that is full in the middle of a run does not end it: Unsaved says that it goes on without files.

    Args:
        folder: where the run's files are kept (see imgcls.training.runs); None: nowhere.
        resume: go on from the folder's last checkpoint if there is one; `config` must be the same.
        paused: begin with a pause; messages say how it goes on.
        need_files: a folder that cannot be written to at the start is refused; False: the run then does without.
        probe: a picture, uint8 (H, W, 3), whose feature maps the snapshots show; None: the first validation picture.
        inbox: messages {"pause": bool}, {"steps": n} (single steps while paused), {"lr": rate or None}, {"stop": True},
            {"probe": picture}.
        dataset: to be used instead of the one that `config.data` names.
        world: the processes that train together; only the first yields records.

    Raises:
        ValueError: a choice cannot be had here (DatasetError, RunError), in one plain sentence.
    """
    device = pick_device(config.device)
    if not world.first:  # reads from the cache what the first has downloaded or drawn
        world.wait()
    material = yield from gather(config, dataset)
    if world.first:
        world.wait()
    files = RunFiles(folder) if folder and world.first else None
    if files:
        files.take(need_files)
    try:
        run = Run(material, device, files, inbox or Inbox(), world)
        yield from run.prepare(resume, probe, need_files)
        run.paused = paused
        try:
            yield from run.learn()
        finally:
            run.save(always=True)
    finally:
        if files:
            files.give_back()
