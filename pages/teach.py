"""How do I teach with it? The lecture in 90 and in 45 minutes, for somebody who has never seen the app."""

import json

import streamlit as st

from imgcls.ui.photo import current_photo
from imgcls.ui.shell import choose
from imgcls.ui.take_home import bag
from imgcls.ui.teach.plan import LENGTHS, PLAN, Stop, stations

photo, pages = current_photo(), st.session_state["pages"]

st.markdown(
    "Each page of this app is one lesson. At the top of a lesson you choose one of its parts; whatever you drag or "
    "choose there changes the picture at once. All of it uses the photo at the left (on a phone, the button at the "
    "top), and each student may put in their own."
)
st.markdown(
    "**Ask before you show.** A part begins with a question. Let everybody predict on their own device, then talk to "
    "their neighbours for a minute; only then reveal the answer. A wrong guess does no harm: whoever has predicted "
    "remembers better what they see.\n\n"
    "**Before the hour.** Start the server, and open the second address that it prints on a phone: if that works, it "
    "works for the hall. Press *Class: join or start* at the left: the hall scans the QR code and goes where you go. "
    "*Shift+P* shows the lesson alone, in larger type.\n\n"
    "**In the hour.** One part, one question, one minute of talk. Leave out a lesson rather than the questions."
)

length = choose(
    "Length of the lecture", {each: f"{each} minutes" for each in LENGTHS}, key="teach_length", labelled=True
)
which = LENGTHS.index(length)
st.download_button(
    f"The {length} minutes as stations", lambda: json.dumps(stations(length), indent=2, ensure_ascii=False),
    f"stations-{length}.json", "application/json", icon=":material/download:", on_click="ignore",
    help="Open this file under More, Stations in the bar of your class: PageDown or a clicker walks through the hour.",
)  # fmt: skip
st.caption(bag.links())


def shown(stop: Stop, begins: int) -> None:
    """One lesson of the plan."""
    lesson, minutes, asks = stop.lesson, stop.minutes[which], stop.asks()
    prompts = "\n".join(f"{k}. {question.asks(photo)}" for k, question in enumerate(asks, 1))
    to = pages[stop.slug]
    with st.container(border=True, gap="xsmall"):
        st.header(f"{lesson.title} · {minutes} min, from minute {begins}", anchor=False)
        st.markdown(f"**The point.** {stop.aha}")
        st.markdown(f"**A common mistake.** {stop.mistake}")
        if asks:
            st.markdown(f"**Ask.**\n{prompts}")
        st.markdown(f"**Show.** {stop.show}")
        if stop.together:
            st.markdown(f"**With a class.** {stop.together}")
        with st.container(horizontal=True, gap="small"):
            for k, question in enumerate(asks, 1):
                ask = {"ask": question.id}
                st.page_link(to, label=f"Question {k}", icon=":material/psychology_alt:", query_params=ask)
                st.page_link(
                    to, label=f"Answer {k}", icon=":material/lightbulb:", query_params={**ask, "told": "1"}
                )  # fmt: skip
            setting = dict(stop.setting)
            st.page_link(to, label="What to show", icon=":material/play_circle:", query_params=setting)


begins = 0
for stop in PLAN:
    if stop.minutes[which]:
        shown(stop, begins)
        begins += stop.minutes[which]

if left_out := [stop.lesson for stop in PLAN if not stop.minutes[which]]:
    st.markdown("Left out of the short lecture, for another day or for home:")
    with st.container(horizontal=True):
        for lesson in left_out:
            st.page_link(pages[lesson.slug], label=lesson.title, icon=f":material/{lesson.icon}:")
