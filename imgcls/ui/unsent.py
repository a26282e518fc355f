"""What is still to be sent of a fragment stays when it runs again: Streamlit 1.67 would tear it apart.

When a fragment begins to run, Streamlit throws away what the run before it has made of that fragment and has not sent
yet, since all of it will come anew. But it keeps what lies in fragments inside that one, such as a code panel. A busy
server then sends that first, to a place that is not there yet, and in place of the page the browser shows "Bad delta
path index 2 (should be between [0, 0])".
"""

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

_clear = ForwardMsgQueue.clear


def keep_unsent() -> None:
    """From now on the run of a fragment throws nothing away; what it makes is sent after what was there, and counts."""
    ForwardMsgQueue.clear = clear  # type: ignore[method-assign]


def clear(
    self: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
) -> None:
    """In place of `ForwardMsgQueue.clear`: as that, but for a run of fragments alone."""
    if fragment_ids_this_run:
        self._delta_index_map = {}  # what comes now takes the place of nothing that lies before this run
    else:
        _clear(self, retain_lifecycle_msgs)
