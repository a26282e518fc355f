"""A fragment runs again while the page before it waits to be sent: all that the browser gets has its place."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest

from imgcls.ui.unsent import clear, keep_unsent

STREAMLITS = ForwardMsgQueue.clear


def page() -> None:
    import streamlit as st

    @st.fragment
    def code_panel() -> None:
        st.markdown("the code")

    @st.fragment
    def part() -> None:
        st.markdown("the picture")
        st.markdown("what it says")
        code_panel()

    st.title("A lesson")
    part()


@pytest.fixture
def made() -> Iterator[list[ForwardMsg]]:
    """What a run of the page makes, in the order in which it is to be sent."""
    messages: list[ForwardMsg] = []

    def keep(message: ForwardMsg) -> None:
        messages.append(ForwardMsg.FromString(message.SerializeToString()))

    ForwardMsgQueue.on_before_enqueue_msg(keep)
    try:
        AppTest.from_function(page).run()
    finally:
        ForwardMsgQueue.on_before_enqueue_msg(None)
    yield [each for each in messages if each.HasField("delta")]


class Browser:
    """The tree that a browser builds, as its `SetNodeByDeltaPath` does."""

    def __init__(self) -> None:
        self.root: list = [[], [], [], []]

    def take(self, messages: Sequence[ForwardMsg]) -> "Browser":
        for message in messages:
            *path, last = message.metadata.delta_path
            place = self.root
            for index in path:
                assert index < len(place), f"Bad delta path index {index} (should be between [0, {len(place)}])"
                place = place[index]
            assert last <= len(place), f"Bad delta path index {last} (should be between [0, {len(place)}])"
            before = place[last] if last < len(place) and isinstance(place[last], list) else []
            node = before if message.delta.HasField("add_block") else message.delta.new_element.markdown.body
            place[last : last + 1] = [node]
        return self


def sent(made: Sequence[ForwardMsg], already: int, way: Callable) -> list[ForwardMsg]:
    """What the browser gets when the part runs again after `already` messages of the page have gone."""
    queue = ForwardMsgQueue()
    part = next(each.delta.fragment_id for each in made if each.delta.fragment_id)
    for message in made:
        queue.enqueue(message)
    gone = queue._queue[:already]
    queue._queue = queue._queue[already:]
    way(queue, retain_lifecycle_msgs=True, fragment_ids_this_run=[part])
    place = next(i for i, each in enumerate(made) if each.delta.fragment_id == part)
    for message in made[place:]:  # the part, and all that lies in it, once more
        queue.enqueue(message)
    return [*gone, *queue.flush()]


def test_however_much_has_been_sent_everything_has_its_place(made: list[ForwardMsg]) -> None:
    whole = Browser().take(made).root
    assert "the code" in str(whole)
    for already in range(len(made) + 1):
        assert Browser().take(sent(made, already, clear)).root == whole


def test_without_it_streamlit_sends_what_has_no_place(made: list[ForwardMsg]) -> None:
    """Once this fails, Streamlit has mended it, and imgcls/ui/unsent.py can go."""
    with pytest.raises(AssertionError, match="Bad delta path index"):
        for already in range(len(made)):
            Browser().take(sent(made, already, STREAMLITS))


def test_a_run_of_the_whole_page_throws_away_what_was_not_sent(made: list[ForwardMsg]) -> None:
    queue = ForwardMsgQueue()
    for message in made:
        queue.enqueue(message)
    clear(queue, retain_lifecycle_msgs=True)
    assert queue.is_empty()


def test_the_server_uses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForwardMsgQueue, "clear", STREAMLITS)
    keep_unsent()
    assert ForwardMsgQueue.clear is clear
