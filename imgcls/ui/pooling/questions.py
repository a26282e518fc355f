"""What the pooling lesson asks before it shows."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.figures.images import shade_limit, signed_levels
from imgcls.models.places import last_maps
from imgcls.models.registry import load
from imgcls.numbers import percent, sides, whole, written
from imgcls.ops.pooling import HALVINGS, halve, pool, pool_backward, pool_forward, sign_pair_volume
from imgcls.ops.shift import UNPOOLED, moved_along_pair, relative_change, shifted
from imgcls.training.trained import tinyvgg
from imgcls.ui.hall import network_input
from imgcls.ui.pooling.shift_part import KERNEL, study, wide_input
from imgcls.ui.pooling.slice_part import EXAMPLE
from imgcls.ui.pooling.volume_part import first_kernels
from imgcls.ui.questions import Bars, Choice, Curve, Number, Order, Pick, Question

SLICE, VOLUME, HELPS = "One slice", "A volume", "Why it helps"
LOST, AVERAGE = "What is lost", "Global average"
SHIFTS, SEED, TIMES = (1, 2, 3, 4), 7, 3
WAYS = ("stride", "max", "average")  # in the order of the cards and pictures
KEPT, DIFFERENT, ALIKE = "They stay exactly the same", "They change", "All breeds become equally probable"


def _example() -> Tensor:
    return torch.tensor(EXAMPLE, dtype=torch.float64)[None]


def _losers(photo: Picture) -> int:
    wins = pool(_example()).wins
    return int((wins == 0).sum())


def _gradient(photo: Picture) -> list[float]:
    upstream = torch.zeros(1, 2, 2, dtype=torch.float64)
    upstream[0, 0, 0] = 1
    return pool_backward(_example(), upstream)[0, :2, :2].flatten().tolist()


def _never_seen(photo: Picture) -> int:
    return int((pool(_example(), 3, 2).uses == 0).sum())


def _volume(photo: Picture) -> Tensor:
    return sign_pair_volume(load().preprocess(photo.image)[0], first_kernels())


def _pooled_shape(photo: Picture) -> str:
    depth, height, _ = pool(torch.zeros(64, 224, 224)).reduction.shape_after
    return _sized(depth, height)


def _sized(depth: int, side: int) -> str:
    return f"{depth} slice{'s' if depth > 1 else ''} of {sides(side, side)}"


def _dropped_at_stride_1(photo: Picture) -> float:
    return 100 * pool(torch.zeros(1, 224, 224), 2, 1).reduction.dropped


def _means(photo: Picture) -> list[float]:
    volume = _volume(photo)
    before = float(volume.mean()) or 1.0
    return [float(pool(volume, kind=kind).output.mean()) / before for kind in ("max", "average")]


def _moved_by_one(photo: Picture) -> list[float]:
    places = study(2, 2, "max", photo).same_place
    return [100 * places[name][1] for name in (UNPOOLED, "pooled 1×", "pooled 3×")]


def _saw(photo: Picture) -> list[float]:
    along = study(2, 2, "max", photo).moved_along["pooled 1×"]
    return [100 * along[shift] for shift in SHIFTS]


def _at_stride_1(photo: Picture) -> str:
    features = F.conv2d(wide_input(photo), first_kernels()).relu()
    now, before = (pool_forward(shifted(features, shift), 2, 1, "max")[0] for shift in (3, 0))
    dense = relative_change(*moved_along_pair(now, before, 3, cell=1))
    if dense < 1e-6:
        return "They move along exactly"
    skipping = study(2, 2, "max", photo).moved_along["pooled 1×"][3]
    return "As far off as at stride 2" if dense <= skipping else "Further off"


def _sheet(photo: Picture, shift: int = 0) -> Tensor:
    """The map that the part halves, of the photo moved right by `shift` pixels."""
    features = F.conv2d(wide_input(photo), first_kernels()[KERNEL : KERNEL + 1]).relu()
    return shifted(features[0, 0], shift)


def _changes(photo: Picture) -> list[float]:
    halved = [[halve(_sheet(photo, shift), way, TIMES).output[None, None] for shift in (1, 0)] for way in WAYS]
    return [100 * relative_change(now, before) for now, before in halved]


def _halved(photo: Picture) -> list[np.ndarray]:
    sheet = _sheet(photo)
    limit = float(shade_limit(sheet[None]))
    return [signed_levels(halve(sheet, way, TIMES).output, limit) for way in WAYS]


def _best(photo: Picture, seed: int | None = None) -> tuple[str, float]:
    """The answer of EfficientNet-Lite0 when its last positions are shuffled, and its share of 1."""
    network = load()
    best = last_maps(network, network_input(network, photo), seed).prediction.top(1)[0]
    return network.name_of(best.index), best.probability


def _asks_how_sure(photo: Picture) -> str:
    name, share = _best(photo)
    return (
        f"EfficientNet-Lite0 gives your photo **{percent(share)}** for {name}. Now the 49 positions of its last maps "
        "are shuffled, in all maps alike. How much does it give now?"
    )


def _tiny_shuffled(photo: Picture) -> str:
    network = tinyvgg()
    before, after = (
        last_maps(network, network_input(network, photo), seed).prediction.probabilities for seed in (None, SEED)
    )
    return KEPT if float((before - after).abs().max()) < 1e-6 else DIFFERENT


def _weights(photo: Picture) -> float:
    network = load()
    maps = last_maps(network, network_input(network, photo)).maps
    return maps.numel() / len(maps)


def _parameters() -> int:
    return sum(each.numel() for each in load().module.parameters())


QUESTIONS = [
    Question(
        "pool-losers",
        SLICE,
        "These numbers go through max pooling: 2 × 2 windows, stride 2. How many of the 16 could you make smaller "
        "without changing the output?",
        Number(0, 16),
        _losers,
        lambda photo, right: (
            f"Only the largest number of each window gets through: 4 of 16. The other **{right}** can be anything "
            "smaller, and the output stays the same."
        ),
        grid=EXAMPLE,
    ),
    Question(
        "pool-gradient",
        SLICE,
        "Backward: a gradient of 1 arrives at the output **6**, the largest of 1, 1, 5 and 6. How much of it does each "
        "of the four get?",
        Bars(("1, upper left", "1, upper right", "5", "6"), 0, 1, "", 2, 0.1, (0.25,) * 4),
        _gradient,
        "All of it goes to the winner. The 5 could grow a little and the output would stay 6, so its gradient is 0. "
        "Average pooling would give each of the four 1/4.",
        then={"pool_direction": "backward"},
        grid=EXAMPLE,
    ),
    Question(
        "pool-border",
        SLICE,
        "Now the windows are **3 × 3**, and the stride stays 2. How many of the 16 numbers lie in no window at all?",
        Number(0, 16),
        _never_seen,
        lambda photo, right: (
            "(W − F) / S + 1 = (4 − 3) / 2 + 1 = 1.5, rounded down to 1: a single window fits, and looks at 9 numbers. "
            f"The other **{right}**, in the last row and column, are lost."
        ),
        then={"pool_window": "3 × 3"},
        grid=EXAMPLE,
    ),
    Question(
        "pool-depth",
        VOLUME,
        "A volume of 64 slices, each 224 × 224, goes through max pooling: 2 × 2, stride 2. What comes out?",
        Choice(
            (_sized(64, 112), _sized(32, 112), _sized(64, 56), _sized(1, 112)),
            {
                _sized(32, 112): "The depth would be halved if the window reached across slices. It does not.",
                _sized(64, 56): "That takes pooling twice. A stride of 2 halves each side once.",
                _sized(1, 112): "A convolution adds up all slices. Pooling leaves each of them on its own.",
            },
        ),
        _pooled_shape,
        "Pooling works on every slice by itself: rows and columns are halved, the depth stays.",
        at={"pool_slice": "0"},
        then={"pool_slice": "63"},
    ),
    Question(
        "pool-stride",
        VOLUME,
        "The windows stay 2 × 2, but the **stride becomes 1**. What share of the values does pooling drop now?",
        Number(0, 100, "%", 5, digits=1),
        _dropped_at_stride_1,
        lambda photo, right: (
            "It is the stride that throws values away, not the window. At stride 1 a row of 224 values has 223 "
            f"windows, so only **{percent(right / 100)}** of a slice is dropped."
        ),
        then={"pool_stride": "stride 1"},
    ),
    Question(
        "pool-mean",
        VOLUME,
        "All values of your photo's 64 slices have some mean. Call it 1. What is the mean after **max** pooling, and "
        "after **average** pooling?",
        Bars(("after max pooling", "after average pooling"), 0, 3, "", 2, 0.2, (1, 1), "the mean before"),
        _means,
        lambda photo, right: (
            "The mean of means is the mean, so average pooling changes nothing. Max pooling keeps the strongest of "
            f"every four values: on your photo the mean becomes **{written(right[0], 3)}** times as large."
        ),
        at={"pool_kind": "max"},
        then={"pool_kind": "average"},
    ),
    Question(
        "pool-shift",
        HELPS,
        "Your photo moves right by **one pixel**. By how much do the features of the first layer change?",
        Bars(("not pooled", "pooled once", "pooled three times"), tolerance=10, start=(50, 50, 50)),
        _moved_by_one,
        lambda photo, right: (
            f"A single pixel changes the features by **{percent(right[0] / 100, 0)}**: edges are thin. Pooled once, "
            f"they still change by **{percent(right[1] / 100, 0)}**, pooled three times by "
            f"**{percent(right[2] / 100, 0)}**. That is why networks pool more than once."
        ),
        at={"pool_shift": "0"},
        then={"pool_shift": "1"},
    ),
    Question(
        "pool-saw",
        HELPS,
        "Let the pooled features move along with the photo, as well as whole steps allow. How far off are they when "
        "the photo moves by 1, 2, 3 and 4 pixels?",
        Curve(SHIFTS, 0, 60, "the photo moved by … pixels", "off by", "%", 0, 10, (30, 30, 30, 30)),
        _saw,
        lambda photo, right: (
            "A saw: at stride 2 pooled features can only move in steps of two pixels. An even shift is followed "
            f"exactly, an odd one falls between two steps, off by **{percent(right[0] / 100, 0)}**."
        ),
        at={"pool_shift": "0", "pool_measure": "aligned with the shift"},
        then={"pool_shift": "4", "pool_measure": "aligned with the shift"},
    ),
    Question(
        "pool-dense",
        HELPS,
        "The same comparison at **stride 1**, and the photo moves by 3 pixels. How far off are the pooled features?",
        Choice(
            ("They move along exactly", "As far off as at stride 2", "Further off"),
            {
                "As far off as at stride 2": "It is not the maximum that breaks the shift, but the skipping.",
                "Further off": "Overlapping windows do not disturb one another: each moves along with its pixels.",
            },
        ),
        _at_stride_1,
        "At stride 1 no position is skipped, so every output has a partner three pixels further on. The price: nothing "
        "is saved either.",
        at={"pool_stride": "stride 1", "pool_measure": "aligned with the shift", "pool_shift": "0"},
        then={"pool_stride": "stride 1", "pool_measure": "aligned with the shift", "pool_shift": "3"},
    ),
    Question(
        "pool-where",
        LOST,
        "A map is halved **five times** by max pooling. For how many of its positions does one number stand then?",
        Choice(
            ("10", "25", "32", whole(4**5)),
            {
                "10": "Each halving multiplies by 2 × 2; it does not add.",
                "25": "5 × 5 would be one window of that size. Here a window of 2 × 2 is used five times.",
                "32": "That is one side: 2⁵. The window has two.",
            },
        ),
        lambda photo: whole(halve(torch.zeros(224, 224), "max", 5).spread.numel() / 7**2),
        "Each halving makes a position stand for four: 4⁵ = 1,024, a square of 32 × 32. The number says that a "
        "feature was somewhere in it, not where.",
        at={"pool_times": "1"},
        then={"pool_times": "5"},
    ),
    Question(
        "pool-order",
        LOST,
        "A map is halved three times in three ways, then the photo moves by one pixel. Order the ways by how much "
        "their maps change.",
        Order(tuple(HALVINGS[way] for way in WAYS), "changes least", "changes most", "%"),
        _changes,
        "After the move most of a window still holds the same values, so its average hardly changes. A maximum jumps "
        "when its winner leaves the window. The stride alone looks at one value of 64, and after the move at another.",
        at={"pool_times": "1"},
        then={"pool_times": "3"},
    ),
    Question(
        "pool-brightest",
        LOST,
        "Your photo under one kernel, halved three times in three ways. Which map is left by **max pooling**?",
        Pick(_halved, tuple(HALVINGS[way] for way in WAYS)),
        lambda photo: WAYS.index("max"),
        "The one with the largest values: in every 8 × 8 square the strongest response is kept. Averages are pale, and "
        "the stride alone keeps whatever lies in the corner.",
        at={"pool_times": "1"},
        then={"pool_times": "3"},
    ),
    Question(
        "pool-shuffle",
        AVERAGE,
        _asks_how_sure,
        Number(0, 100, "%", 3, digits=1, start=50),
        lambda photo: 100 * _best(photo, SEED)[1],
        "Not a bit has changed. The last layer sees only the mean of each map, and a mean does not know the order. "
        "Where the ears are no longer matters, only that there are some.",
        at={"pool_order": "0"},
        then={"pool_order": str(SEED)},
    ),
    Question(
        "pool-tiny",
        AVERAGE,
        "TinyVGG has no such average: its dense layer takes every position of its last maps. Shuffle those. What "
        "happens to its probabilities?",
        Choice(
            (KEPT, DIFFERENT, ALIKE),
            {
                KEPT: "That holds for means. Here each position has weights of its own.",
                ALIKE: "The values are all still there, only the wrong weights meet them.",
            },
        ),
        _tiny_shuffled,
        "Each position meets the weights of another one. Flattening makes a network know where things are, whether "
        "that helps or not.",
        at={"pool_order": "0"},
        then={"pool_order": str(SEED)},
    ),
    Question(
        "pool-weights",
        AVERAGE,
        "The last layer of EfficientNet-Lite0 has a weight for each of 1,280 means. How many **times as many** weights "
        "would it need for all values of the 7 × 7 maps?",
        Number(1, 1000, "×", 1.3, log=True),
        _weights,
        lambda photo, right: (
            f"A mean replaces 7 × 7 = **{whole(right)}** values. The layer would have {whole(49 * 1280 * 1000)} "
            f"weights instead of {whole(1280 * 1000)}. All of the network has {whole(_parameters())} parameters now."
        ),
    ),
]
