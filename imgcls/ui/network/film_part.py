"""The part "Film" of the page on the whole network: nothing of it is computed before it is opened."""

import threading
from collections import OrderedDict
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import streamlit as st

from imgcls.data.pictures import Picture
from imgcls.models.graph import Graph
from imgcls.models.strongest import strongest_way
from imgcls.plain import markdown
from imgcls.ui.address import hall_address
from imgcls.ui.network.code import Panel, film_code
from imgcls.ui.network.film import network_film
from imgcls.ui.network.film_story import Story
from imgcls.ui.network.look import Look
from imgcls.ui.shell import code_panel

MOST = 32  # films of a network that are kept, some 0.3 MB each: a hall begins with the same drawing
Made = tuple[dict[str, Any], dict[str, np.ndarray], Panel]
_films: WeakKeyDictionary[Graph, OrderedDict[tuple[str, str], Made]] = WeakKeyDictionary()
_lock = threading.Lock()


def film_part(look: Look, photo: Picture, name: str) -> None:
    """The film of the photo in the network `name`, and the code of its numbers; a sentence where there is none."""
    try:
        fields, arrays, (code, shows) = _made(look, photo, name)
    except ValueError as trouble:
        st.info(f"{markdown(str(trouble))} Choose another network for the film.", icon=":material/movie:")
        return
    subject = f"{look.graph.classifier.name}:{photo.digest}"
    network_film(fields, arrays, subject=subject, hall=hall_address(), key="net_film")
    code_panel(code, shows, functions=(strongest_way,), photo=True, key="net_film_code")


def _made(look: Look, photo: Picture, name: str) -> Made:
    """What is sent, without the network's outputs and gradients, which are large; made once for all sessions."""
    with _lock:
        films = _films.setdefault(look.graph, OrderedDict())
    key = photo.digest, name
    if (made := films.get(key)) is None:
        story = Story(look, strongest_way(look.graph, look.inputs))
        made = story.fields, story.arrays, film_code(story.way, name)
        with _lock:
            films[key] = made
            while len(films) > MOST:
                films.popitem(last=False)
    return made
