"""What a set had to leave out, and the split in a few lines."""

import numpy as np
import streamlit as st

from imgcls.data.datasets import split, summary
from imgcls.data.picture_cache import open_cached
from imgcls.numbers import whole
from imgcls.training.config import DataChoice
from imgcls.ui.dataset.album import recipe_of
from imgcls.ui.shell import code_panel


def left_out(choice: DataChoice) -> None:
    """What is not learned from: by kind, how many, one of them as an example, and why."""
    recipe = recipe_of(choice)
    if recipe.drawn or not recipe.ready:
        return
    rows = summary(open_cached(recipe, choice.validation, choice.split_seed).skipped)
    if not rows:
        return
    with st.expander(f"{whole(sum(row.count for row in rows))} left out", icon=":material/broken_image:"):
        table = [{"what": row.what, "how many": row.count, "for example": row.name, "why": row.reason} for row in rows]
        st.dataframe(table, hide_index=True)


def split_code(choice: DataChoice | None) -> None:
    """How pictures are drawn for validation, shown while there is nothing else to compute with."""
    share, seed = (choice.validation if choice else None), (choice.split_seed if choice else 0)
    labels = np.repeat(np.arange(6), 100)
    training, validation = split(labels, np.full(len(labels), ""), share, seed)
    code = f"""
    import numpy as np
    from imgcls.data.datasets import split, summary

    labels = np.repeat(np.arange(6), 100)  # six classes with 100 pictures each
    training, validation = split(labels, np.full(len(labels), ""), {share}, seed={seed})
    to_learn_from = len(training)
    kept = len(validation)
    """
    code_panel(code, {"to_learn_from": len(training), "kept": len(validation)}, functions=(split,), key="data_split")
