"""What a set had to leave out, and the split in a few lines."""

import numpy as np
import streamlit as st

from imgcls.data.datasets import split
from imgcls.data.shelf import open_shelf
from imgcls.training.config import DataChoice
from imgcls.ui.dataset.album import recipe_of
from imgcls.ui.shell import code_panel

MOST_LISTED = 200


def left_out(choice: DataChoice) -> None:
    """Broken pictures and others that are not used, each with its reason."""
    recipe = recipe_of(choice)
    if recipe.drawn or not recipe.ready:
        return
    skipped = open_shelf(recipe, choice.validation, choice.split_seed).skipped
    if not skipped:
        return
    with st.expander(f"{len(skipped):,} left out", icon=":material/broken_image:"):
        rows = [{"file": each.name, "why": each.reason} for each in skipped[:MOST_LISTED]]
        st.dataframe(rows, hide_index=True)
        if len(skipped) > MOST_LISTED:
            st.caption(f"The first {MOST_LISTED} of them.")


def split_code(choice: DataChoice | None) -> None:
    """How pictures are drawn for validation, shown while there is nothing else to compute with."""
    share, seed = (choice.validation if choice else None), (choice.split_seed if choice else 0)
    labels = np.repeat(np.arange(6), 100)
    training, validation = split(labels, np.full(len(labels), ""), share, seed)
    code = f"""
    import numpy as np
    from imgcls.data.datasets import split

    labels = np.repeat(np.arange(6), 100)  # six classes with 100 pictures each
    training, validation = split(labels, np.full(len(labels), ""), {share}, seed={seed})
    to_learn_from = len(training)
    kept = len(validation)
    """
    code_panel(code, {"to_learn_from": len(training), "kept": len(validation)}, functions=(split,), key="data_split")
