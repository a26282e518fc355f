"""The part "Film" of the page on the whole network: nothing of it is computed before it is opened."""

import streamlit as st

from imgcls.models.strongest import strongest_way
from imgcls.plain import markdown
from imgcls.ui.address import hall_address
from imgcls.ui.memo import remember
from imgcls.ui.network.code import film_code
from imgcls.ui.network.film import network_film
from imgcls.ui.network.film_story import Story
from imgcls.ui.network.look import Look
from imgcls.ui.shell import code_panel


def film_part(look: Look, name: str, subject: str) -> None:
    """The film of the photo in the network called `name`, and the code of its numbers; a sentence where there is none.

    `subject` is another text for another photo or network.
    """
    try:
        story = remember("net_film", subject, lambda: Story(look, strongest_way(look.graph, look.inputs)))
    except ValueError as trouble:
        st.info(f"{markdown(str(trouble))} Choose another network for the film.", icon=":material/movie:")
        return
    network_film(story.fields, story.arrays, subject=subject, hall=hall_address(), key="net_film")
    code, shows = film_code(story.way, name)
    code_panel(code, shows, functions=(strongest_way,), photo=True, key="net_film_code")
