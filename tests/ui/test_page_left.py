"""Requests of a page that was left do not reach the server: in Streamlit 1.67 they would empty the next page."""

import asyncio

from streamlit.proto.BackMsg_pb2 import BackMsg

from imgcls.ui.page_left import Current, WithoutPagesLeft


def rerun(page: str, fragment: str = "") -> bytes:
    sent = BackMsg()
    sent.rerun_script.page_script_hash = page
    sent.rerun_script.fragment_id = fragment
    return sent.SerializeToString()


def test_a_fragment_of_the_page_that_was_left_is_dropped_until_one_comes_back() -> None:
    current = Current()
    assert current.is_of_it(rerun("dense", "one"))  # the page is not known yet
    assert current.is_of_it(rerun("dense"))
    assert current.is_of_it(rerun("dense", "one"))
    assert current.is_of_it(rerun("dropout"))
    assert not current.is_of_it(rerun("dense", "one"))
    assert current.is_of_it(rerun("dropout", "two"))
    assert current.is_of_it(rerun("dense"))
    assert current.is_of_it(rerun("dense", "one"))


def test_a_page_that_is_asked_for_by_its_address_is_unknown() -> None:
    current = Current()
    assert current.is_of_it(rerun("dense"))
    assert current.is_of_it(rerun(""))
    assert current.is_of_it(rerun("dense", "one"))


def test_what_is_no_rerun_or_no_message_is_left_to_streamlit() -> None:
    current = Current()
    current.is_of_it(rerun("dropout"))
    stop = BackMsg(stop_script=True).SerializeToString()
    assert current.is_of_it(stop)
    assert current.is_of_it(b"\xff\xff\xff")


def test_the_server_gets_what_is_left_and_every_browser_has_a_page_of_its_own() -> None:
    got: list[list[bytes]] = []

    async def app(_scope: object, receive: object, _send: object) -> None:
        got.append([])
        while (message := await receive())["type"] != "websocket.disconnect":
            got[-1].append(message["bytes"])

    async def browser(*sent: bytes) -> None:
        messages = [*({"type": "websocket.receive", "bytes": each} for each in sent), {"type": "websocket.disconnect"}]

        async def receive() -> dict:
            return messages.pop(0)

        await WithoutPagesLeft(app)({"type": "websocket"}, receive, None)

    late = rerun("dense", "one")
    asyncio.run(browser(rerun("dense"), rerun("dropout"), late, rerun("dropout", "two")))
    asyncio.run(browser(late))
    assert got == [[rerun("dense"), rerun("dropout"), rerun("dropout", "two")], [late]]
