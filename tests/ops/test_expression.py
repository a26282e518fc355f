"""The parser reads what it should, refuses the rest with a sentence and a place, and survives anything."""

import random
import string
import sys
import time
import tracemalloc

import pytest
import torch

from imgcls.ops.autodiff import trace
from imgcls.ops.expression import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_STEPS,
    MAX_VARIABLES,
    ExpressionError,
    parse,
)
from imgcls.ops.program import FUNCTIONS, OPERATIONS, as_torch, detach_part
from tests.ops.random_expressions import NAMES, plainly, random_text

VALUES = {"w": 0.7, "x": -1.3, "b": 0.4, "y1": 1.9, "a": 0.3, "p": 0.2}


def value(text: str) -> float:
    expression = parse(text)
    return float(trace(expression.steps, {name: VALUES[name] for name in expression.variables}).output.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("w*x + b", 0.7 * -1.3 + 0.4),
        ("-x**2", -(1.3**2)),  # the power binds first, as in Python
        ("(-x)**2", 1.3**2),
        ("2**-1 * w", 0.35),
        ("w - x - b", 0.7 + 1.3 - 0.4),
        ("w / x / b", 0.7 / -1.3 / 0.4),
        ("+w + +x", 0.7 - 1.3),
        ("max(w, x) + min(w, 2)", 1.4),
        ("a = w*x; a*a", (0.7 * -1.3) ** 2),
        ("w × x − b ÷ 2 · w", 0.7 * -1.3 - 0.4 / 2 * 0.7),
        (" w*x ", 0.7 * -1.3),
        ("1e2 * w + .5", 70.5),
        ("relu(w) + relu(x)", 0.7),
    ],
)
def test_an_expression_has_the_value_that_arithmetic_gives(text: str, expected: float) -> None:
    assert value(text) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "says", "column"),
    [
        ("", "Type an expression", 0),
        ("w * ", "missing", 3),
        ("w * * x", "missing", 4),
        ("relu(w", "never closed", 4),
        ("w) + x", "none was opened", 1),
        ("2x", "write 2*x", 1),
        ("w + 3(x)", "write 2*x", 5),
        ("w x", "missing", 2),
        ("w^2", "x**2", 1),
        ("w²", "x**2", 1),
        ("[w]", "round brackets", 0),
        ("sigmod(w*x)", "did you mean sigmoid?", 0),
        ("w + Relu(x)", "did you mean relu?", 4),
        ("w(x)", "is not a function", 0),
        ("w.x + 1", "no parts", 0),
        ("w.__class__", "no parts", 0),
        ("__import__ + w", "A name is a letter", 0),
        ("a_very_long_name * w", "A name is a letter", 0),
        ("import os", "missing", 0),
        ("w == x", "Only numbers, names", 0),
        ("w if x else b", "Only numbers, names", 0),
        ("not w", "Only numbers, names", 0),
        ("w // x", "Only + - * / **", 1),
        ("w, x", "comma", 0),
        ("True * w", "plain numbers", 0),
        ("w * None", "plain numbers", 4),
        ("w + ...", "plain numbers", 4),
        ("1j * w", "write 2*x", 1),
        ("1e999 * w", "too large", 0),
        ("w**21", "exponent", 3),
        ("w**-21", "exponent", 3),
        ("max(w)", "takes 2 values", 0),
        ("relu(w, x)", "takes one value", 0),
        ("relu(*w)", "Only numbers, names", 5),
        ("relu(a=w)", "without names", 7),
        ("relu + w", "is a function", 0),
        ("w", "Nothing is computed", 0),
        ("p = w*x; w", "Nothing is computed", 9),
        ("p = w*x", "end with an expression", 7),
        ("w*x; w", "without a name", 0),
        ("p = w*x; p = w; p*w", "already has a value", 9),
        ("p = q = w*x; p*q", "missing", 6),
        ("p = 3; p*w", "Give a name to a computation", 4),
        ("p += w; p", "without a name", 0),
        ("p == w; p", "without a name", 0),
        ("; w*x", "without a name", 0),
        ("1 + 2", "no variable", 0),
        ("torch * 2", "is taken", 0),
        ("value * 2", "is taken", 0),
        ("w @ x", "not known here", 2),
        ("lambda: w", "not known here", 6),
        ("'w'", "not known here", 0),
        ("w\x00x", "control character", 1),
    ],
)
def test_whatever_else_gets_one_sentence_and_the_place(text: str, says: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert says in str(caught.value)
    assert str(caught.value).endswith((".", "?"))
    assert caught.value.column == column
    shown, caret = caught.value.pointer.split("\n")
    assert caret.index("^") == column <= len(shown)


def test_all_limits_hold() -> None:
    with pytest.raises(ExpressionError, match="characters"):
        parse("w + " * MAX_CHARACTERS)
    with pytest.raises(ExpressionError, match=f"more than {MAX_STEPS} steps"):
        parse("; ".join(f"{name} = {'+'.join(['w'] * 12)}" for name in "abcd") + "; a*b*c*d")
    with pytest.raises(ExpressionError, match=f"nested more than {MAX_DEPTH}"):
        parse("-" * (MAX_DEPTH + 1) + "w")
    with pytest.raises(ExpressionError, match=f"more than {MAX_VARIABLES} variables"):
        parse("+".join(f"v{i}" for i in range(MAX_VARIABLES + 1)))
    deepest = "(" * 60 + "w*x" + ")" * 60
    assert len(parse(deepest).steps) == 3


def test_every_operation_can_be_written_and_names_its_inputs() -> None:
    for name, operation in FUNCTIONS.items():
        arguments = ", ".join(NAMES[: operation.arity])
        step = parse(f"{name}({arguments}) * 1").steps[operation.arity]
        assert (step.name, len(step.inputs)) == (name, operation.arity)
    assert set(OPERATIONS) > set(FUNCTIONS)


def test_a_variable_is_one_step_however_often_it_is_read() -> None:
    expression = parse("x*x + 3*x")
    assert expression.variables == ("x",)
    assert [step.kind for step in expression.steps].count("variable") == 1
    assert expression.source(1) == "x*x"


@pytest.mark.parametrize("seed", range(60))
def test_the_printed_torch_code_and_python_itself_agree_with_the_parser(seed: int) -> None:
    text = random_text(random.Random(seed))
    leaves = {name: torch.tensor(VALUES[name], dtype=torch.float64) for name in NAMES}
    expected = float(plainly(text, leaves))
    scope = {"torch": torch, **leaves}
    exec(as_torch(parse(text)), scope)
    assert float(scope["value"]) == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert value(text) == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_a_printed_constant_works_wherever_torch_wants_a_tensor() -> None:
    scope = {"torch": torch, "w": torch.tensor(2.0, dtype=torch.float64)}
    exec(as_torch(parse("max(0, w) + log(2) * 3**2 + (-2)**2")), scope)
    assert float(scope["value"]) == pytest.approx(2 + 0.6931471805599453 * 9 + 4, rel=1e-12)


@pytest.mark.parametrize("text", ["2*(w*x) + b", "relu(w*x + b)", "(w*x)**2 - b", "p = w*x + b; p*p", "-w*x"])
def test_detach_goes_around_any_operation_and_comes_off_again(text: str) -> None:
    expression = parse(text)
    leaves = {name: VALUES[name] for name in expression.variables}
    before = float(trace(expression.steps, leaves).output.value)
    for index, step in enumerate(expression.steps):
        if step.kind != "operation":
            continue
        cut = parse(detach_part(expression, index))
        place = next(i for i, other in enumerate(cut.steps) if other.name == "detach")
        assert float(trace(cut.steps, leaves).output.value) == before
        back = parse(detach_part(cut, place))
        assert [(s.kind, s.name, s.inputs) for s in back.steps] == [
            (s.kind, s.name, s.inputs) for s in expression.steps
        ]


PYTHON = "lambda if else for in import os __import__ eval exec open yield await None True not and is del global return"
WORDS = [
    *FUNCTIONS, *NAMES, *PYTHON.split(), *"p=;+-*/(),. 01\\\n\t#'\"[]{}:@^~²", "**", "//", ":=", "...", "9" * 40,
    "1e308", "0x", "1_0", "\x00", "\ufeff", "\u202e", "𝐱", "ﬁ", "🐕",
]  # fmt: skip

_watched: list[str] | None = None


def _watch(event: str, _arguments: tuple) -> None:
    if _watched is not None and event in {"import", "exec", "open", "os.system", "subprocess.Popen", "socket.connect"}:
        _watched.append(event)


def soups(count: int) -> list[str]:
    """Hostile texts: random characters, random words, valid expressions with damage, and towers."""
    rng = random.Random(7)
    texts = ["".join(rng.choices(string.printable + "²−×é", k=rng.randrange(1, 60))) for _ in range(count)]
    texts += ["".join(rng.choices(WORDS, k=rng.randrange(1, 25))) for _ in range(2 * count)]
    for _ in range(count):
        letters = list(random_text(rng, 3))
        for _ in range(rng.randrange(3)):
            letters[rng.randrange(len(letters))] = rng.choice(WORDS)
        texts.append("".join(letters))
    for size in (10, 99, 199, 5_000, 2_000_000):
        texts += ["(" * size, ")" * size, "-" * size + "x", "x**" * size + "x", "9" * size, "x+" * size + "x"]
        texts += ["(" * (size // 2) + "x" + ")" * (size // 2), "relu(" * (size // 6) + "x" + ")" * (size // 6)]
        texts += ["9**" * min(size, 60) + "x", "x;" * size, "a" * size, "x." * size, ".5" * size, "e1" * size]
    return texts


def test_no_text_hangs_crashes_imports_executes_or_allocates_without_bound() -> None:
    global _watched
    parse("relu(w*x) + 1")  # whatever Python loads lazily is loaded now
    texts = soups(800)
    sys.addaudithook(_watch)
    accepted, slowest = 0, 0.0
    tracemalloc.start()
    _watched = []
    try:
        for text in texts:
            start = time.process_time()
            try:
                expression = parse(text)
            except ExpressionError as refused:
                assert len(str(refused)) < 400
                assert len(refused.text) <= MAX_CHARACTERS + 1
                assert 0 <= refused.column <= len(refused.text)
            else:
                accepted += 1
                assert len(expression.steps) <= MAX_STEPS
                assert len(expression.variables) <= MAX_VARIABLES
            slowest = max(slowest, time.process_time() - start)
        happened = list(_watched)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        _watched = None
        tracemalloc.stop()
    assert happened == []
    assert accepted > 100, "the fuzzing also reaches what is accepted"
    assert peak < 5_000_000, "bytes at the peak, of which two million are the longest text itself"
    assert slowest < 5, "seconds; a hang would be far longer"


def test_whatever_is_accepted_can_be_computed() -> None:
    for text in soups(400):
        try:
            expression = parse(text)
        except ExpressionError:
            continue
        leaves = dict.fromkeys(expression.variables, 0.5)
        assert trace(expression.steps, leaves).output.value.numel() == 1
