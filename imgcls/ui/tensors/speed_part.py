"""The same operation on CPU and GPU, timed on the machine that serves this page."""

import threading

import streamlit as st

from imgcls.figures.timings import timing_bars
from imgcls.numbers import fixed, written
from imgcls.ops.timing import BUDGET, WORKS, Timing, devices, measure
from imgcls.ui.components.plot import plot
from imgcls.ui.shell import code_panel

_turn = threading.Lock()  # one measurement at a time, or they would time each other


def speed_part() -> None:
    """A button, a bar chart, and how it was measured."""
    found = devices()
    seconds = BUDGET * len(WORKS) * len(found)
    st.markdown(
        f"Four operations on the machine that serves this page, {fixed(seconds, 1)} seconds in all. Each is warmed "
        "up, timed "
        "until it has really finished, and the median of many runs is shown."
    )
    if st.button("Time them now", icon=":material/timer:", key="tensors_time"):
        if _turn.acquire(blocking=False):
            try:
                st.session_state["tensors_timings"] = [measure(name, device) for name in WORKS for device in found]
            finally:
                _turn.release()
        else:
            st.info("Somebody else is timing just now; try again in a second.", icon=":material/hourglass_top:")
    timings: list[Timing] = st.session_state.get("tensors_timings", [])
    if timings:
        alt = "; ".join(f"{t.operation} on {t.device}: {written(1000 * t.median, 3)} ms" for t in timings)
        plot(timing_bars(timings), key="tensors_speed", alt=alt)
    if len(found) == 1:
        st.markdown(
            "PyTorch finds **no GPU** on this machine, so each gets one bar. With one, the same code runs there after "
            '`tensor.to("cuda")`; small operations gain little, since each launch costs a few microseconds.'
        )
    code_panel(
        """
        import statistics
        import time
        import torch

        device = "cuda" if torch.cuda.is_available() else "cpu"
        a = torch.rand(384, 384, device=device)
        times = []
        for run in range(12):
            start = time.perf_counter()
            product = a @ a
            if device == "cuda":
                torch.cuda.synchronize()            # a GPU works on after the call returns
            times.append(time.perf_counter() - start)
        milliseconds = 1000 * statistics.median(times[2:])  # the first runs warm up
        size = list(product.shape)
        """,
        {"size": [384, 384]},
        functions=(measure,),
        key="speed",
    )
