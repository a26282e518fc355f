"""The script that runs for every page: navigation from the table of lessons, the photo, then the page."""

from pathlib import Path

import streamlit as st

from imgcls.lessons import TEACH, built_lessons
from imgcls.ui.address import follow
from imgcls.ui.photo import photo_on_a_phone, photo_sidebar
from imgcls.ui.predict_first import menu_title
from imgcls.ui.shell import PANEL, headline, way_on
from imgcls.ui.take_home.bag import open_bag

SIDEBAR_WIDTH = 290  # pixels; a projector has 1280
STYLE = Path(__file__).with_name("frame.css")
# A file of our own: the icons of Streamlit's names come from another host, and every browser would ask there.
ICON = str(Path(__file__).resolve().parents[2] / "assets" / "icon.svg")

lessons = {lesson.slug: lesson for lesson in built_lessons()}
pages = {
    slug: st.Page(
        lesson.path, title=menu_title(lesson), icon=f":material/{lesson.icon}:", url_path=slug, default=slug == ""
    )
    for slug, lesson in lessons.items()
}
pages[TEACH.slug] = st.Page(
    TEACH.path, title=TEACH.title, icon=f":material/{TEACH.icon}:", url_path=TEACH.slug, visibility="hidden"
)
sections: dict[str, list] = {}
for slug, lesson in lessons.items():
    sections.setdefault("" if not slug else lesson.section, []).append(pages[slug])
sections[TEACH.section] = [pages[TEACH.slug]]

st.set_page_config(page_icon=ICON, layout="wide", initial_sidebar_state=SIDEBAR_WIDTH)  # before the navigation's own
page = st.navigation(sections, position="top", expanded=True)  # all lessons, also in a phone's menu
lesson = lessons.get(page.url_path, TEACH)
st.set_page_config(lesson.name)
st.html(STYLE)
# The first time the photo greets, before the lesson is computed; later the lesson goes first, for all eyes are on it.
greeting = "pages" not in st.session_state
st.session_state["pages"] = pages  # for links between lessons
st.session_state[PANEL] = {}
follow(page.url_path)
open_bag(page.url_path)

if greeting:
    photo_sidebar()
headline(lesson)
photo_on_a_phone()
try:
    page.run()
    if lesson is not TEACH:
        way_on(lesson, pages)
finally:  # also when the page fails: the photo stays (not after st.stop, which stops whatever comes then, too)
    if not greeting:
        photo_sidebar()
