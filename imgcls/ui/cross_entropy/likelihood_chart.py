"""The likelihood of ever more answers, as a live chart."""

from dataclasses import dataclass
from typing import Any

from imgcls.numbers import raised, whole
from imgcls.ui.charts import Axis, line, place

HEIGHT, KEYS = 290, 200  # pixels; photos between two numbers of the axis


@dataclass(frozen=True)
class Falling:
    """The likelihood of the first `counts` answers, as powers of ten, none above 0.

    `ends` are number formats, each with the count and the power of ten of the last product that it can hold.
    """

    counts: tuple[int, ...]
    powers: tuple[float, ...]
    ends: tuple[tuple[str, int, float], ...]


def likelihood_chart(found: Falling, now: int) -> dict[str, Any]:
    """The line with the ends on it, and where `now` answers stand."""
    most, low = max(found.counts), min(-10.0, *found.powers)
    step = next(size for size in (5, 10, 20, 50, 100, 200, 500) if -low / size <= 6)
    ticks = tuple((-step * k, f"10{raised(-step * k)}" if k else "1") for k in range(int(-low // step) + 1))
    across = Axis(-0.03 * most, most, tuple((n, whole(n)) for n in range(0, most + 1, KEYS)))
    up = Axis(1.06 * low, -0.04 * low, ticks)
    here = max(0, now // found.counts[0] - 1)
    gone = [
        {"kind": "gone", "at": place(across, up, count, power), "label": f"{name}: 0 from here",
         "left": count >= most / 2}
        for name, count, power in found.ends
    ]  # fmt: skip
    ended = ", ".join(f"{name} after {whole(count)}" for name, count, _ in found.ends)
    return {
        "title": "likelihood of all answers",
        "xtitle": "number of photos",
        "xticks": across.drawn,
        "yticks": up.drawn,
        "lines": [line("loss", [place(across, up, *each) for each in zip(found.counts, found.powers, strict=True)])],
        "marks": [*gone, {"kind": "here", "at": place(across, up, now, found.powers[here]), "label": ""}],
        "cursor": round(across.share(now), 4),
        "height": HEIGHT,
        "alt": "The likelihood falls by the same factor with each photo. "
        + (f"The product becomes 0: in {ended} photos." if ended else "No number format ends here."),
    }
