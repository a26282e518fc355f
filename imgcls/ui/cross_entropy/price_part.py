"""A part of the cross-entropy lesson, an exercise: put six forecasts in order of what they cost."""

from collections.abc import Sequence

import streamlit as st

from imgcls.numbers import percent, whole
from imgcls.ops.forecasts import Forecast, by_price, forecasts
from imgcls.ops.losses import log_loss
from imgcls.ui.address import as_number, kept, to_address
from imgcls.ui.cross_entropy.pictures import log_loss_worked, priced
from imgcls.ui.cross_entropy.ranking import Card, draw_ranking, read_order, reset_order
from imgcls.ui.scores import class_names
from imgcls.ui.shell import code_panel

_RANKING, _ROUND, _CHECKED, _SORTED = "ce_ranking", "ce_round", "ce_checked", "ce_sorted"


@st.fragment
def price_list() -> None:
    """Draw the cards, and the verdict once it has been asked for."""
    seed = _round()
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Check my order", type="primary", icon=":material/done_all:"):
            st.session_state[_CHECKED] = seed
        st.button("New round", icon=":material/casino:", on_click=_next_round, args=(seed,))
        place = st.empty()
    made, names = forecasts(seed), class_names("ce", 3)
    order, right = read_order(_RANKING, len(made)), by_price(made)
    checked = st.session_state.get(_CHECKED) == seed
    in_place = sum(i == k for i, k in zip(order, right, strict=True))
    draw_ranking(
        [_card(forecast, names, right.index(i) if checked else None) for i, forecast in enumerate(made)],
        order,
        parts=names,
        key=_RANKING,
        first="the cheapest belongs here",
        last="the most expensive belongs here",
        alt="Six forecasts to put in order of their loss, the cheapest first",
    )
    place.markdown(
        _verdict(made, right, in_place) if checked
        else "**Drag the forecasts into order of price**, the cheapest on top."
    )  # fmt: skip
    code_panel(
        f"""
        import torch

        # what each forecast gave the true class, from the cheapest to the most expensive
        p = torch.tensor({[made[i].probabilities[made[i].true] for i in right]})
        losses = (-torch.log(p)).tolist()
        """,
        {"losses": [made[i].loss for i in right]},
        functions=(log_loss, forecasts, by_price),
        key="ce",
    )


def _round() -> int:
    """The number of the round, which is its seed: kept in the address, so that a hall can sort the same cards."""
    seed = kept(_ROUND, lambda text: 1 if (number := as_number(text, 0, 999)) is None else int(number))
    to_address(_ROUND, None if seed == 1 else str(seed))
    if st.session_state.setdefault(_SORTED, seed) != seed:
        st.session_state[_SORTED] = seed
        reset_order(_RANKING)
    return seed


def _next_round(seed: int) -> None:
    st.session_state[_ROUND] = (seed + 1) % 1000


def _card(forecast: Forecast, names: Sequence[str], belongs: int | None) -> Card:
    texts = [percent(p) for p in forecast.probabilities]
    title = f"It was a {names[forecast.true]}"
    if belongs is None:
        return Card(title, forecast.probabilities, texts)
    verdict = log_loss_worked(forecast.probabilities[forecast.true], forecast.loss)
    (length,) = priced([forecast.loss])
    return Card(title, forecast.probabilities, texts, verdict, length, forecast.true, belongs)


def _verdict(made: Sequence[Forecast], right: Sequence[int], in_place: int) -> str:
    cheapest, dearest = made[right[0]].loss, made[right[-1]].loss
    score = "**All six in place!**" if in_place == len(made) else f"**{in_place} of {len(made)} in place.**"
    return f"{score} The most expensive costs {whole(dearest / cheapest)} times as much as the cheapest."
