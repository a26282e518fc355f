"""Every equation on the screen comes out: worked again from its printed numbers, to the last printed digit."""

import json
import random
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from imgcls.data.samples import SAMPLES, load_sample
from imgcls.lessons import LESSONS
from imgcls.numbers import read
from imgcls.ops.autodiff import trace
from imgcls.ops.descent import descend
from imgcls.ops.examples import EXAMPLES
from imgcls.ops.expression import parse
from imgcls.ops.routes import IMAGES, KERNELS, image_named, kernel_named, routes
from imgcls.ops.tensors import IMAGENET, channel_statistics, normalise, photo_tensor
from imgcls.ui.autodiff.descent_part import moves_of
from imgcls.ui.autodiff.graph import grids, words
from imgcls.ui.components.sliders import Drawing, SliderRows, fixed_rows
from imgcls.ui.cross_entropy import accuracy_part, likelihood_part
from imgcls.ui.cross_entropy import pictures as losses
from imgcls.ui.packet import unpack
from imgcls.ui.softmax import pictures
from imgcls.ui.tensors.normalise_part import _standardised
from tests import javascript
from tests.equations import Claim, claims
from tests.test_pages import opened

NAMES = ["Samoyed", "Pug", "Boxer", "Collie", "Beagle", "Saluki", "Whippet"]
# The parts that print sums and products.
PAGES = (
    ("tensors", {"tensors_part": "Normalise"}),
    ("tensors", {"tensors_part": "Matmul"}),
    ("tensors", {"tensors_part": "Matmul", "tensors_matmul": "a dense layer on photos"}),
    ("autodiff", {"autodiff_part": "Convolution and max-pool"}),
    ("dense", {"dense_part": "The photo through one neuron"}),
    ("convolution", {}),
    ("convolution", {"conv_part": "Filters over a volume"}),
    ("convolution", {"conv_part": "What one output sees"}),
    ("pooling", {}),
    ("dropout", {}),
    ("dropout", {"drop_part": "One mask"}),
    ("softmax", {}),
    ("softmax", {"softmax_logits": "1_-2"}),
    ("cross-entropy", {}),
    ("cross-entropy", {"ce_view": "Batch"}),
    ("cross-entropy", {"ce_view": "Your photo"}),
)


needs_node = pytest.mark.skipif(not shutil.which("node"), reason="the module imports others, which only node finds")
VIEWS = javascript.JS.parent


def wrong(texts: Iterator[str] | list[str]) -> list[Claim]:
    return [claim for text in texts for claim in claims(text) if not claim.holds]


def count(texts: list[str]) -> int:
    return sum(1 for text in texts for _ in claims(text))


@pytest.mark.parametrize(
    "text",
    [
        "red (0.45 − 0.5) / 0.5 = −0.11;  green (0.33 − 0.5) / 0.5 = −0.33",
        "2.44 × 0.18 = 0.45",
        "0.2875 · 2 = 0.5749",
        "**1.62** × 2.00 = **3.25**",
        "Pug: e^{1} / (e^{1} + e^{−2} + e^{0}) = 2.718 / 3.854 = 0.7054",
        "(1.255 + 0.345 − 0.1) / 3 = 0.6",
        "−ln 0.3 = 1.3",
        "max(0.5, −2, 1.25) = 0.5",
        "12 × 12 × 3 = 431 numbers",
        "−3.672 + 0.113 = −3.55, the output",
    ],
)
def test_what_does_not_come_out_is_seen(text: str) -> None:
    assert wrong([text])


@pytest.mark.parametrize(
    "text",
    [
        "red (0.45 − 0.5) / 0.5 = −0.1",
        "2.44 × 0.18 ≈ 0.45",
        "w = 2 − 0.5 · (−0.25) = 2.125, b = 1",
        "(W − F) / S + 1 = (128 − 3 + 2·0) / 1 + 1 = **126**",
        "e^{2} / (e^{2} + e^{0}) = 7.389 / 8.389 = 0.8808",
        "−0.95 · ln 0.5 = 0.658;  gradient (0.5 − 0.95) = −0.45",
        "1,145 − 672 = 473",
        "1.2×10⁻³ × 2 = 0.0024",
        "x = 3, k = 2",
    ],
)
def test_what_comes_out_is_not_blamed(text: str) -> None:
    assert not wrong([text])


def rows(numbers: tuple[float, ...], picked: int | None = 0, **settings: float) -> SliderRows:
    dials = {"softmax_t": 1.0, "softmax_c": 0.0, "ce_smoothing": 0.0, "ce_t": 1.0, "ce_behind": 20.0} | settings
    return SliderRows("key", numbers, -10, 15, (2, 10), 0, picked, dials)


def drawn(drawing: Drawing) -> list[str]:
    """The sentences of a drawing, and the sum that lies below it as one."""
    fields = fixed_rows(NAMES, drawing, alt="").news()
    stack = fields["stack"]
    return [*fields["details"], fields["note"]] + ([" + ".join(stack["texts"]) + " " + stack["total"]] if stack else [])


def test_softmax_and_cross_entropy_come_out_wherever_the_sliders_stand() -> None:
    source, texts = random.Random(3), []
    for _ in range(60):
        numbers = tuple(round(source.uniform(-10, 15), 2) for _ in range(source.randint(2, 7)))
        names, picked = NAMES[: len(numbers)], source.randrange(len(numbers))
        t, smoothing = round(source.choice((1.0, source.uniform(0.1, 5))), 2), source.choice((0.0, 0.1, 0.37))
        texts += drawn(pictures.arithmetic(rows(numbers, softmax_t=t, softmax_c=float(source.randint(-9, 9))), names))
        settings = {"ce_smoothing": smoothing, "ce_t": t}
        texts += drawn(losses.one_example(rows(numbers, picked, **settings), names))
        texts += drawn(losses.two_classes(rows(numbers[:1]), "dog", picked % 2, False))
        texts += drawn(losses.batch(rows(numbers)))
        texts += [pictures.as_sigmoid(rows(numbers[:2], softmax_t=t), names), accuracy_part.nudge_words(rows(numbers))]
        texts.append(likelihood_part.likelihood_words(rows(numbers[:3], ce_photos=source.randint(1, 9))))
    assert count(texts) > 600
    assert not wrong(texts)


def test_normalising_comes_out_on_the_samples() -> None:
    texts = []
    for key in list(SAMPLES)[::3]:  # opening them all takes longest
        image = load_sample(key).image.copy()
        image.thumbnail((96, 96))
        small = photo_tensor(image)
        own = channel_statistics(small)
        for mean, std in (IMAGENET, own, ((0.5,) * 3, (0.5,) * 3), ((0.33,) * 3, (0.07,) * 3)):
            made = normalise(small, mean, std)
            numbers = zip(*(pair.tolist() for pair in made.pixel), made.mean, made.std, strict=True)
            texts += [_standardised(before, m, s, after) for before, after, m, s in numbers]
    assert count(texts) > 60
    assert not wrong(texts)


def chained(chain: dict[str, Any]) -> str:
    """The chain rule of a node as the graph prints it."""
    if chain.get("plain"):
        return chain["plain"]
    bracketed = [
        " · ".join(f"({text})" if text.startswith("−") else text for text in (term["arriving"], term["local"]))
        for term in chain["terms"]
        if term["done"]
    ]
    return f"{' + '.join(bracketed)} {chain['sign']} {chain['total']}"


def test_every_chain_rule_comes_out() -> None:
    source, texts = random.Random(5), []
    for example in EXAMPLES:
        expression = parse(example.text)
        for _ in range(3):
            values = {name: round(value + source.uniform(-1, 1), 2) for name, value in example.values.items()}
            found = trace(expression.steps, values)
            for node in range(len(found.nodes)):
                for turn in (found.backward_steps // 2, found.backward_steps):
                    texts.append(chained(words.chain_rule(found, node, turn)))
            path = descend(expression.steps, values, learn=list(values), rate=0.13, count=3)
            texts += [moves_of(*pair, 0.13) for pair in zip(path.points, path.points[1:], strict=False)]
    for image in IMAGES:
        for kernel in KERNELS:
            found = routes(image_named(image), kernel_named(kernel) * 0.3)
            cells = [(0, 2, 3), (1, 1, 2), (2, 1, 1), (3, 0, 1)]
            texts += [grids.picture(found, None, cell)["chain"]["plain"] for cell in cells]
    assert count(texts) > 200
    assert not wrong(texts)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        if "terms" in value and "sign" in value:
            yield chained(value)
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def said(app: AppTest) -> Iterator[str]:
    """All texts of a page: of Streamlit's elements and of the live components' data."""
    for element in [*app.main, *app.sidebar]:
        if element.type == "bidi_component":
            proto = element.proto
            yield from strings(unpack(proto.bytes)[0] if proto.bytes else json.loads(proto.json or "null"))
        elif element.type != "code" and getattr(element, "proto", None) is not None:
            yield from strings(MessageToDict(element.proto))


@pytest.mark.parametrize(("slug", "address"), PAGES)
def test_every_equation_of_a_page_comes_out(slug: str, address: dict[str, str]) -> None:
    (lesson,) = (each for each in LESSONS if each.slug == slug)
    texts = list(said(opened(lesson, None, address)))
    assert count(texts)
    assert not wrong(texts)


def close_up(seed: int, inputs: int, side: int) -> dict[str, Any]:
    """A close-up of one map of random numbers with a batch norm, a ReLU and an addition, as the view takes it."""
    source = torch.Generator().manual_seed(seed)

    def made(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=source)

    x, w, bias = made(inputs, side, side), made(inputs, 3, 3) / 3, 0.0385
    products = torch.stack(
        [torch.nn.functional.conv2d(x[k][None, None], w[k][None, None])[0, 0] for k in range(inputs)]
    )
    rest, factor, offset = made(side - 2, side - 2), 1.3771, -0.2113
    total = products.sum(0) + rest + bias
    normed, other = total * factor + offset, made(side - 2, side - 2)
    arrays = {"inputs": x, "kernels": w, "products": products, "rest": rest, "sum": total, "stage0": normed}
    arrays |= {"stage1": normed.clamp(min=0), "stage2": normed.clamp(min=0) + other, "other2": other}
    about = {"before": 0, "window": 1, "stride": 1, "second": False}
    return {
        "channels": list(range(inputs)), "source": 1, "stride": 1, "dilation": 1, "before": [0, 0], "hidden": 4,
        "bias": bias, "chosen": 0, "stages": [
            {**about, "kind": "norm", "name": "batch norm", "factor": factor, "offset": offset},
            {**about, "kind": "activation", "name": "ReLU"}, {**about, "kind": "add", "name": "add", "second": True},
        ],
        "arrays": {name: {"shape": list(each.shape), "flat": each.flatten().tolist()} for name, each in arrays.items()},
    }  # fmt: skip


@needs_node
def test_the_networks_close_up_comes_out_at_every_place() -> None:
    module = VIEWS / "network/canvas/arithmetic.js"
    ready = """(close, row, column) => {
      for (const [name, { shape, flat }] of Object.entries(close.arrays)) {
        close.arrays[name] = Object.assign(Float32Array.from(flat), { shape })
      }
      const table = new Uint8Array(768), tables = { activation: table, weight: table }
      return m.arithmeticHtml({ close, place: { row, column }, tables, slice: null })
    }"""
    places = [(seed, row, column) for seed in range(6) for row in range(5) for column in range(5)]
    packets = {seed: json.dumps(close_up(seed, 3 + seed, 7)) for seed in range(6)}
    found = javascript.evaluated(module, [f"({ready})({packets[seed]}, {r}, {c})" for seed, r, c in places])
    about = 0
    for html in found:
        cells = javascript.attributes(html, "aria-label")
        assert len(cells) == 9
        assert not wrong(cells)
        sums = javascript.texts(html, "chips").replace("others", " ").split()
        addends = [text for text in sums if text[0] in "+−"]
        sign, total, *steps = javascript.texts(html, "chain").split(" ", 2)
        about += sign == "≈"
        assert not wrong([" ".join(addends).removeprefix("+") + f" {sign} {total}"])
        shown = total
        for step in steps[0].removeprefix("→ ").split(" → "):
            words_, sign, shown_next = step.rpartition(" = ") if " = " in step else step.rpartition(" ≈ ")
            arithmetic = words_.removeprefix("batch norm: ").removesuffix(", its block's input,")
            if arithmetic == "ReLU":
                assert float(read(shown_next)) == max(0.0, float(read(shown)))
            else:
                assert not wrong([f"{shown} {arithmetic}{sign}{shown_next}"])
            shown = shown_next
    assert about < len(found) / 4


@needs_node
def test_what_the_lens_prints_comes_out_at_every_output() -> None:
    """Pixels of a photo and of feature maps, kernels as typed and as learned, sums as torch's float32 has them."""
    source, cells, sums = torch.Generator().manual_seed(7), [], []
    for case in range(60):
        scale, spread = (255.0, 1.0) if case % 2 else (1.0, 0.2)
        x = torch.rand(3, 9, 9, generator=source) * scale
        w = torch.randn(3, 3, 3, generator=source) * spread
        if case % 2:
            x, w = x.round(), (w * 10).round() / 10
        divisor, bias = (1.0, 0.0) if case % 3 == 0 else (float(case % 16 + 1), round(case * 0.37 - 9, 2))
        each = torch.nn.functional.conv2d(x[None], w[:, None], groups=3)[0]
        cells += [(x[k, 1, 2].item(), w[k, 1, 2].item(), (x[k, 1, 2] * w[k, 1, 2]).item()) for k in range(3)]
        sums += [(each[:1, 2, 3].tolist(), divisor, bias, (each[0, 2, 3] / divisor + bias).item())]
        sums += [(each[:, 4, 5].tolist(), divisor, bias, (each[:, 4, 5].sum() / divisor + bias).item())]
    asked = [f"m.cellTexts({', '.join(map(repr, cell))})" for cell in cells]
    asked += [f"m.sumTexts({', '.join(map(repr, case))})" for case in sums]
    found = javascript.evaluated(VIEWS / "convolution/lens/cells.js", asked)
    printed = [f"[{case[1]!r}, {case[2]!r}].map((number) => m.written(number))" for case in sums]
    fields = javascript.evaluated(VIEWS / "js/numbers.js", printed)
    texts = []
    for shown in found[: len(cells)]:
        sign = " " if shown["product"].startswith("≈") else " = "
        texts.append(f"{shown['pixel']} × {shown['weight']}{sign}{shown['product']}")
    for shown, (divisor, bias) in zip(found[len(cells) :], fields, strict=True):
        assert (shown["divisor"], shown["bias"]) == (divisor, bias), "as the fields beside them print it"
        texts.append(f"{shown['sum']} ÷ {divisor} + {bias} {shown['sign']} {shown['result']}")
    assert count(texts) > 0.9 * len(texts), "the others are said to be rounded"
    assert not wrong(texts)


@needs_node
def test_what_the_neuron_sums_up_comes_out() -> None:
    source = random.Random(11)
    packets = []
    for _ in range(60):
        total, bias = source.gauss(0, 3), source.choice((0.0, source.gauss(0, 0.3)))
        packets.append({"arrays": {"running": [0, total / 2, total]}, "bias": bias, "output": total + bias})
    asked = [f"m.sumText({json.dumps(packet)}, 2, 2)" for packet in packets]
    asked += [f"m.sumText({json.dumps(packets[0])}, 1, 2)"]
    *texts, half = javascript.evaluated(VIEWS / "dense/unroll/view.js", asked)
    assert count(texts) > 0.9 * len(texts)
    assert not wrong(texts)
    assert half.startswith("Sum of the first 1 of 2 rows: ") and not count([half])


@needs_node
def test_what_speaks_for_a_class_and_against_it_comes_out() -> None:
    source, asked = random.Random(13), []
    for _ in range(40):
        pro, contra, bias = source.uniform(0, 20), -source.uniform(0, 20), source.gauss(0, 0.2)
        terms = [{"index": 0, "label": "<pug>", "logit": pro + contra + bias, "term": 1.0, "probability": 0.7}]
        verdict = {"for": pro, "against": contra, "bias": bias, "logit": pro + contra + bias, "terms": terms}
        verdict |= {"label": "<pug>", "index": 0, "total": 1.43, "classes": 6}
        asked.append(f"m.verdictHtml({{ verdict: {json.dumps(verdict)} }})")
    found = javascript.evaluated(VIEWS / "network/canvas/verdict.js", asked)
    assert not any("<pug>" in html for html in found)
    texts = [" ".join(re.sub(r"<[^>]*>", " ", html.split("</p>")[0]).split()) for html in found]
    assert count(texts) > 0.9 * len(texts)
    assert not wrong(texts)
