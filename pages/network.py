"""What happens between photo and answer? A whole network on the photo: every map, every sum, what if, and backwards."""

from functools import partial

import streamlit as st

from imgcls.models.ablation import SWAP_TITLES, what_if
from imgcls.models.confidence import confidence_words
from imgcls.models.device import device_sentence, on_device
from imgcls.models.evidence import evidence
from imgcls.models.graph import CannotDraw, graph_of
from imgcls.models.influence import backward
from imgcls.models.trace import trace
from imgcls.models.unit import map_unit
from imgcls.numbers import percent
from imgcls.plain import markdown
from imgcls.ui.distance import distance_note
from imgcls.ui.hall import distance_from
from imgcls.ui.live import offer, slow_answer
from imgcls.ui.memo import remember
from imgcls.ui.network import tour
from imgcls.ui.network.answers import answerer, first_overview
from imgcls.ui.network.canvas import QUESTIONS, network_canvas
from imgcls.ui.network.code import backwards_code, forward_code, what_if_code
from imgcls.ui.network.details import unit_of
from imgcls.ui.network.excite_part import excite_part
from imgcls.ui.network.film_part import film_part
from imgcls.ui.network.look import Look
from imgcls.ui.network.models import KEY as MODEL
from imgcls.ui.network.models import choose_network, home_samples
from imgcls.ui.network.questions import QUESTIONS as ASKED
from imgcls.ui.network.state import KEY, change_of, read_state, turn
from imgcls.ui.network.suggestions import AT_HOME, TRY
from imgcls.ui.network.tour import BACKWARDS, FILM, FORWARD, WHAT_IF
from imgcls.ui.photo import current_photo, sample_note, sample_row
from imgcls.ui.predict_first import Asking, card
from imgcls.ui.shell import code_panel, try_this

MODES = {FORWARD: "forward", WHAT_IF: "what if", BACKWARDS: "backwards"}
PARTS = [*MODES, FILM]

photo = current_photo()
tour.arrive("net_part")
asking = Asking("net_part", ASKED, FORWARD)
row = partial(st.container, horizontal=True, vertical_alignment="center", gap="small")


def beside() -> None:
    """Drawings that the network knows, and the tour: in the first row, but below a question."""
    if slugs:
        sample_row(slugs, key="net_home")
    if toured and part != FILM and not tour.current():
        st.button("Tour", icon=":material/tour:", key="net_tour_button", on_click=tour.begin)


with row(key="net_row"):
    part = st.segmented_control(
        "Part", PARTS, default=FORWARD, required=True, key="net_part", bind="query-params",
        persist_state="session", label_visibility="collapsed", width="content",
    )  # fmt: skip
    asked = asking.now(part)
    questioned = bool(asked.question) and not tour.current()  # the tour shows; it asks nothing
    if not (questioned or tour.current()):
        asking.entry(asked)
    classifier = choose_network(photo, asked)
    slugs, toured = home_samples(classifier), classifier.name in tour.NETWORKS
    if not questioned:
        beside()
if tour.current() and not toured:
    st.info("The tour goes through TinyVGG and EfficientNet-Lite0: choose one of them.", icon=":material/tour:")


@st.fragment
def lesson(look: Look) -> None:
    """The canvas, which asks for what it needs by itself, and the code of what is open on it."""
    name = st.session_state[MODEL]
    if part == FILM:
        st.session_state["net_shown"] = None
        film_part(look, photo, name)
        return
    if toured:
        tour.settle(look)
    state = read_state(look.graph, name)
    subject = f"{classifier.name}:{photo.digest}"
    fresh = st.session_state.get("net_shown") != (subject, part)  # what the canvas has drawn is not sent again
    st.session_state["net_shown"] = (subject, part)
    answer = answerer(look)
    network_canvas(
        ask=offer("network", answer),
        subject=subject,
        overview=first_overview(look, MODES[part], state) if fresh else None,
        mode=MODES[part],
        state=state,
        turn=turn(),
        activations=SWAP_TITLES if any(step.kind == "activation" for step in look.graph.steps) else {},
        title=classifier.title,
        tour=tour.told(look, state),
        key=KEY,
        slow={name: slow_answer(name, key=KEY, answer=answer) for name in QUESTIONS},
    )
    if part == FORWARD:
        best = look.graph.classifier.name_of(look.best)
        chance, distance = float(look.trace.probabilities[look.best]), distance_from(classifier, photo)
        worth = confidence_words(chance, look.best, distance)
        st.markdown(f"Top answer: **{markdown(best)}**, {percent(chance)}, {worth}.")
        distance_note(distance)
        excite_part(look, name, state)
        code, shows = forward_code(look, name, unit_of(look, state))
        functions = (trace, map_unit, evidence)
    elif part == WHAT_IF:
        code, shows = what_if_code(look, name, change_of(look.graph, state))
        functions = (what_if,)
    else:
        code, shows = backwards_code(look, name, state)
        functions = (backward,)
    code_panel(code, shows, functions=functions, photo=True, key=f"net_{MODES[part].replace(' ', '_')}")


if questioned:
    card(asking, asked)
asking.remember()
if questioned and not asked.shown:
    with row():
        asking.entry(asked)
        beside()
else:
    try:
        graph = graph_of(on_device(classifier))
    except CannotDraw as trouble:
        sentence = f"{markdown(str(trouble))} Choose another network to look inside."
        st.info(sentence, icon=":material/visibility_off:")
    else:
        if device := device_sentence(classifier):
            st.caption(device)
        lesson(remember("net_look", (classifier, photo.digest), lambda: Look(graph, photo)))
        if questioned:
            with row():
                beside()
        try_this(*([AT_HOME] if slugs and part == FORWARD and not questioned else []), *TRY[part])
sample_note()
