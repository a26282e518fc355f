"""A short call for the process beside the server."""

import os
import time


def answer(number: float, seconds: float = 0.0) -> dict[str, float]:
    if isinstance(number, str):
        raise ValueError("no square of a word")
    if number < 0:
        os._exit(1)
    time.sleep(seconds)
    return {"square": number**2, "process": os.getpid(), "niceness": os.nice(0) if hasattr(os, "nice") else 0}
