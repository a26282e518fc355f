"""Mean pictures and channel statistics."""

from dataclasses import replace

import numpy as np
import streamlit as st

from imgcls.data.sources import DRAWN_DOGS
from imgcls.data.statistics import Summary, copy_of, planted, summarise
from imgcls.figures.channels import channel_statistics
from imgcls.numbers import fixed
from imgcls.training.config import DataChoice
from imgcls.training.picture_work import Survey
from imgcls.ui.components.plot import plot
from imgcls.ui.components.thumbnails import thumbnails
from imgcls.ui.dataset.album import Album, cached_album, opening_code, recipe_of
from imgcls.ui.dataset.work import result_of
from imgcls.ui.shell import code_panel

MOST_CLASSES = 40


def survey_of(choice: DataChoice, *, plant: bool = False) -> tuple[Album, Survey] | None:
    """The set and what was found in it; None, with a progress bar, until both are there."""
    album = cached_album(choice)
    if album is None:
        return None
    settings = {"recipe": recipe_of(choice), "validation": choice.validation, "seed": choice.split_seed}
    settings |= {"plant": True} if plant else {}
    found = result_of("data_survey", "imgcls.training.picture_work:survey", settings)
    if found and plant:
        source, place = planted(album.labels, album.training, album.validation, choice.split_seed)
        album = replace(album, copied=(place, copy_of(album.picture(source))))
    return (album, found) if found else None


def averages_part(choice: DataChoice) -> None:
    """The mean of all pictures, of each class, and how bright the channels are."""
    ready = survey_of(choice)
    if ready is None:
        return
    album, summary = ready[0], ready[1].summary
    left, right = st.columns([0.5, 0.5], gap="medium")
    shown = album.classes[:MOST_CLASSES]
    means = np.concatenate([summary.mean_picture[None], summary.class_means[: len(shown)]])
    titles = ["all", *shown]
    with left:
        thumbnails(
            means, [f"Mean picture of {title}" for title in titles], titles, key="data_means", side=98, pick=False,
            alt="The mean picture of all pictures and of each class", height=None if len(shown) <= 11 else 520,
        )  # fmt: skip
    with right:
        plot(
            channel_statistics(
                titles,
                np.concatenate([[summary.mean], summary.class_mean[: len(shown)]]),
                np.concatenate([[summary.std], summary.class_std[: len(shown)]]),
            ),
            key="data_channels",
            alt="Mean and standard deviation of red, green and blue over all pictures, and for each class.",
        )
    mean, std = (", ".join(fixed(value, 3) for value in values) for values in (summary.mean, summary.std))
    st.markdown(
        f"Over the training part red, green and blue have the means **{mean}** and the standard deviations **{std}**. "
        "With these, `Normalize` gives every channel mean 0 and standard deviation 1. Where the mean pictures of two "
        "classes differ, a linear model can already tell them apart; where both are the same grey mist, only shapes "
        "help."
    )
    _averages_code(album, choice, summary)


def opening(choice: DataChoice, album: Album) -> str:
    """The lines that open the same set."""
    if choice.source == DRAWN_DOGS:
        opened = (
            f'open_source("drawn-dogs", "{choice.task}", size={album.size}, count={choice.count}, '
            f"level={choice.level:g}, seed={choice.split_seed})"
        )
    else:
        opened = opening_code(choice)
    return f"""
        from imgcls.data.datasets import prepare
        from imgcls.data.sources import open_source

        source = {opened}
        dataset = prepare(source, "{choice.task}", {album.size}, {choice.validation}, seed={choice.split_seed})"""


def _averages_code(album: Album, choice: DataChoice, summary: Summary) -> None:
    code = f"""
        import torch{opening(choice, album)}
        x = torch.from_numpy(dataset.images[dataset.training]).double() / 255  # (N, S, S, 3)
        mean = x.mean((0, 1, 2))
        std = x.std((0, 1, 2), correction=0)
        """
    shows = {"mean": list(summary.mean), "std": list(summary.std)}
    code_panel(code, shows, functions=(summarise,), key="data_averages")
