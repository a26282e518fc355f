"""All choices of a run as widgets, each of them in the page's address."""

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from imgcls.data.augment import Augmentation
from imgcls.data.sources import SOURCES
from imgcls.models.presets import PRESETS
from imgcls.models.small import ACTIVATIONS, POOLINGS, SmallConfig
from imgcls.numbers import whole
from imgcls.plain import markdown
from imgcls.training.config import TRANSFER, DataChoice, TrainConfig, recipe
from imgcls.training.optimisers import OPTIMISERS, SCHEDULES
from imgcls.ui.dataset.augmentation import choose_augmentation, set_augmentation
from imgcls.ui.dataset.choice import choose_data
from imgcls.ui.dataset.understood import described
from imgcls.ui.training.words import FIRST_WEIGHTS, PRESET_TITLES, first_weights_words

RATES = (*(float(f"{digit}e{power}") for power in range(-5, 0) for digit in (1, 2, 3, 5)), 1.0)
BATCHES = (4, 8, 16, 32, 64, 128, 256, 512)
WIDEST = 1_000_000  # channels or nodes of a layer
MANY = 5000  # pictures: with fewer of their own people are better off with a network that has seen a million
DECAYS = (0.0, 1e-5, 1e-4, 5e-4, 1e-3, 1e-2, 0.1)
_BOUND = {"bind": "query-params", "persist_state": "session"}
_NAMES = {title: name for name, title in PRESET_TITLES.items()}


def choose_run() -> TrainConfig | None:
    """Draws the widgets and returns what they say; None, with one sentence on the page, where that makes no run."""
    data = choose_data("train")
    if data is None:
        return None
    preset = _choose_preset(data)
    usual = recipe(preset)
    try:
        model = None if preset == TRANSFER else _choose_model(usual.model, data)
        spot = st.container()
        config = TrainConfig(data=data, model=model, **_choose_learning(usual, model))
        with spot:
            _offer_overfitting(config)
        return config
    except ValueError as trouble:
        st.error(markdown(str(trouble)), icon=":material/tune:")
        return None


def _choose_preset(data: DataChoice) -> str:
    title = st.selectbox("Network", list(_NAMES), key="train_preset", on_change=_take_recipe, **_BOUND)
    name = _NAMES[title]
    if name == TRANSFER:
        st.caption("A network that has learned from a million photos stays as it is; only a new last layer learns.")
    else:
        st.caption(PRESETS[name].sentence)
        _suggest_transfer(data)
    return name


def _suggest_transfer(data: DataChoice) -> None:
    """One click to what learns most from a handful of photos."""
    pictures = MANY if data.source in SOURCES else described(data.source, data.reading, data.renamed).pictures
    if pictures < MANY:
        st.caption(
            f"{whole(pictures)} pictures are few for a network that starts from noise: it soon knows them by heart."
        )
        st.button("Start from a trained network", icon=":material/bolt:", on_click=_take_transfer)


def _take_transfer() -> None:
    st.session_state["train_preset"] = PRESET_TITLES[TRANSFER]
    _take_recipe()


def _take_recipe() -> None:
    """A preset brings its usual settings along."""
    usual = recipe(_NAMES[st.session_state["train_preset"]])
    changes: dict[str, Any] = {
        "train_optimiser": OPTIMISERS[usual.optimiser].title,
        "train_lr": _nearest(RATES, usual.lr),
        "train_schedule": usual.schedule,
        "train_batch": usual.batch_size,
        "train_epochs": usual.epochs,
        "train_decay": usual.weight_decay,
        "train_smoothing": usual.label_smoothing,
        "train_first_weights": FIRST_WEIGHTS[usual.first_weights],
    }
    if model := usual.model:
        changes |= {
            "train_channels": _listed(model.channels), "train_convolutions": model.convolutions,
            "train_kernel": model.kernel, "train_padding": model.padding, "train_activation": model.activation,
            "train_pooling": model.pooling, "train_dense": _listed(model.dense), "train_norm": model.batch_norm,
            "train_dropout": model.dropout,
        }  # fmt: skip
    st.session_state.update(changes)
    set_augmentation("train", vars(usual.augmentation))


def _nearest(numbers: tuple[float, ...], number: float) -> float:
    return min(numbers, key=lambda each: abs(each - number))


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


def _numbers(text: str, what: str) -> tuple[int, ...]:
    try:
        numbers = tuple(int(part) for part in text.replace(";", ",").split(",") if part.strip())
    except ValueError:
        raise ValueError(f"{what} are whole numbers with commas between them, such as 10, 10; not {text!r}.") from None
    if any(number > WIDEST for number in numbers):
        raise ValueError(f"{what} are {whole(WIDEST)} at most: this network would not fit into the memory.")
    return numbers


def _choose_model(usual: SmallConfig, data: DataChoice) -> SmallConfig:
    """The network of the preset, or changed in its parts.

    Raises:
        ValueError: the parts make no network.
    """
    with st.expander("Change the network", icon=":material/tune:"):
        left, right = st.columns(2)
        channels = left.text_input(
            "Channels of each block", _listed(usual.channels), key="train_channels", max_chars=60,
            help="Numbers with commas; empty: no convolution at all.", **_BOUND,
        )  # fmt: skip
        dense = right.text_input(
            "Hidden dense layers", _listed(usual.dense), key="train_dense", max_chars=60,
            help="Their widths with commas; empty: none.", **_BOUND,
        )  # fmt: skip
        convolutions = left.number_input(
            "Convolutions in a block", 1, 4, usual.convolutions, key="train_convolutions", **_BOUND
        )
        kernel = right.number_input("Side of the kernels", 1, 11, usual.kernel, key="train_kernel", **_BOUND)
        names = list(ACTIVATIONS)
        activation = left.selectbox(
            "Activation", names, names.index(usual.activation), key="train_activation", **_BOUND
        )
        pooling = right.selectbox(
            "Pooling", POOLINGS, POOLINGS.index(usual.pooling), key="train_pooling", **_BOUND,
            help="stride: the last convolution of a block moves on by two pixels instead of pooling.",
        )  # fmt: skip
        padding = left.selectbox(
            "Padding", ("valid", "same"), ("valid", "same").index(usual.padding), key="train_padding", **_BOUND
        )
        right.space("small")
        norm = right.toggle("Batch norm", usual.batch_norm, key="train_norm", **_BOUND)
        dropout = st.slider(
            "Dropout: probability to drop a value", 0.0, 0.9, usual.dropout, 0.05, key="train_dropout", **_BOUND
        )
    return usual.with_(
        size=data.size or usual.size, channels=_numbers(channels, "Channels"), dense=_numbers(dense, "Dense widths"),
        convolutions=convolutions, kernel=kernel, activation=activation, pooling=pooling, padding=padding,
        batch_norm=norm, dropout=dropout,
    )  # fmt: skip


def _choose_learning(usual: TrainConfig, model: SmallConfig | None) -> dict[str, Any]:
    """Everything but data and network. What the lecture speaks of comes first, the rest is folded away."""
    left, right = st.columns(2)
    rate = left.select_slider(
        "Learning rate", RATES, _nearest(RATES, usual.lr), format_func=lambda number: f"{number:g}", key="train_lr",
        **_BOUND,
    )  # fmt: skip
    batch = right.select_slider("Batch size", BATCHES, usual.batch_size, key="train_batch", **_BOUND)
    epochs = left.number_input("Epochs", 1, 500, usual.epochs, key="train_epochs", **_BOUND)
    first = _chosen_name(right, "First weights", FIRST_WEIGHTS, usual.first_weights, "train_first_weights")
    st.caption(first_weights_words(first, model))
    with st.expander("Optimiser, schedule, seed", icon=":material/tune:"):
        left, right = st.columns(2)
        titles = {name: each.title for name, each in OPTIMISERS.items()}
        optimiser = _chosen_name(left, "Optimiser", titles, usual.optimiser, "train_optimiser")
        schedules = list(SCHEDULES)
        schedule = right.selectbox(
            "Schedule of the rate", schedules, schedules.index(usual.schedule), key="train_schedule", **_BOUND,
            help="one-cycle: up for a while, then down to 0; cosine: down to 0; step: a tenth after each third.",
        )  # fmt: skip
        seed = left.number_input(
            "Seed", 0, 9999, 0, key="train_run_seed", help="Of first weights, order, augmentation and dropout.",
            **_BOUND,
        )  # fmt: skip
    return {
        "optimiser": optimiser, "lr": rate, "schedule": schedule, "batch_size": batch, "epochs": epochs,
        "first_weights": first, "seed": seed, **_choose_guards(usual),
    }  # fmt: skip


def _chosen_name(place: DeltaGenerator, label: str, titles: Mapping[str, str], usual: str, key: str) -> str:
    """A selectbox of titles; the name behind the one that is chosen."""
    title = place.selectbox(label, list(titles.values()), list(titles).index(usual), key=key, **_BOUND)
    return next(name for name, each in titles.items() if each == title)


def _choose_guards(usual: TrainConfig) -> dict[str, Any]:
    """What keeps a network from learning its pictures by heart."""
    with st.expander("Against overfitting (learning by heart)", icon=":material/shield:"):
        if usual.transfer:
            augmentation = usual.augmentation
            st.caption("The frozen features are computed once, so there is no augmentation.")
        else:
            augmentation = choose_augmentation("train", usual=usual.augmentation)
        one, two = st.columns(2)
        decay = one.select_slider(
            "Weight decay", DECAYS, _nearest(DECAYS, usual.weight_decay), format_func=lambda number: f"{number:g}",
            key="train_decay", **_BOUND,
        )  # fmt: skip
        smoothing = two.slider(
            "Label smoothing", 0.0, 0.5, usual.label_smoothing, 0.05, key="train_smoothing", **_BOUND
        )
    return {"augmentation": augmentation, "weight_decay": decay, "label_smoothing": smoothing}


def _offer_overfitting(config: TrainConfig) -> None:
    """One click takes away all that keeps the network from learning its pictures by heart, another brings it back."""
    dropout = config.model.dropout if config.model else 0.0
    if config.augmentation.active or config.weight_decay or config.label_smoothing or dropout:
        st.button(
            "Let it overfit", icon=":material/trending_up:", key="train_overfit", on_click=_take_guards_away,
            help="Takes away augmentation, dropout, weight decay and label smoothing.",
        )  # fmt: skip
    elif config.model:
        st.button("Usual settings", icon=":material/undo:", key="train_usual", on_click=_take_recipe)
        st.caption("Nothing keeps this network from overfitting: watch the gap between its two curves of accuracy.")


def _take_guards_away() -> None:
    st.session_state.update({"train_decay": 0.0, "train_smoothing": 0.0, "train_dropout": 0.0})
    set_augmentation("train", vars(Augmentation()))
