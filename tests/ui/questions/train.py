"""What the recorded runs say, read from their file as it lies there."""

import json
from itertools import permutations
from pathlib import Path

RUNS = json.loads((Path(__file__).parents[3] / "assets/recorded_runs/runs.json").read_text("utf-8"))


def losses(name: str) -> list[float]:
    """The first line was written before anything was learned, then there is one an epoch."""
    return [RUNS[name]["evaluations"][epoch]["val_loss"] for epoch in (1, 2, 5, 10, 20)]


def share(name: str) -> float:
    counts = RUNS[name]["confusion"]
    return 100 * sum(counts[k][k] for k in range(6)) / sum(map(sum, counts))


def confused(photo: object) -> str:
    counts, names = RUNS["usual"]["confusion"], RUNS["usual"]["classes"]
    row, column = max(permutations(range(6), 2), key=lambda pair: counts[pair[0]][pair[1]])
    return f"{names[row]}, called {names[column]}"


CHECKS = {
    "train-tenfold": lambda photo: losses("tenfold"),
    "train-confused": confused,
    "train-zeros": lambda photo: 1.791759,  # log 6
    "train-rates": lambda photo: [share("tenth"), share("tenfold")],
}
