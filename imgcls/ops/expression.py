"""Typed expressions of named variables: a safe parser into a flat list of steps.

The text is read by Python's `ast`, and only listed kinds of node become steps; nothing is ever evaluated as Python.
Length, number of steps, nesting, exponents and names are limited before anything is built, so that no text can hang the
parser or make it allocate without bound.
"""

import ast
import difflib
import math
import re
import warnings
from dataclasses import replace
from typing import NoReturn

from imgcls.ops.program import FUNCTIONS, Expression, Step

MAX_CHARACTERS = 200
MAX_STEPS = 40
MAX_DEPTH = 14
MAX_VARIABLES = 8
MAX_NAME = 8
MAX_EXPONENT = 20
RESERVED = frozenset({"torch", "value"})
"""Names that the printed torch code needs itself."""


class ExpressionError(ValueError):
    """A text that is not an expression here: one sentence, and the column (from 0) that it is about."""

    def __init__(self, sentence: str, text: str, column: int) -> None:
        super().__init__(sentence)
        self.text = text
        self.column = min(max(column, 0), len(text))

    @property
    def pointer(self) -> str:
        """The text with a caret under the place."""
        return f"{self.text}\n{' ' * self.column}^"


_SAME = str.maketrans({"−": "-", "–": "-", "×": "*", "·": "*", "∗": "*", "÷": "/", "\u00a0": " "})
_FOREIGN = re.compile(r"[^A-Za-z0-9_.+\-*/(),;= ]")
_ADVICE = {
    "^": "A power is written with two stars, x**2.",
    "²": "A square is written x**2.",
    "³": "A cube is written x**3.",
    "[": "Use round brackets ( ).",
    "{": "Use round brackets ( ).",
    "π": "Write the number 3.14159.",
}
_NAMED = re.compile(r" *([A-Za-z_][A-Za-z0-9_]*) *=(?!=)")
_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{MAX_NAME - 1}}}")
_MISSING_STAR = re.compile(r"(?<![A-Za-z0-9_.])\d[\d_]*\.?\d*(?![eE][+-]?\d)(?= *[A-Za-z_(])")
_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}


def parse(text: str) -> Expression:
    """The expression written in `text`: numbers, names, + - * / **, brackets and the functions of `FUNCTIONS`.

    Parts may be named first: `p = sigmoid(w*x); -log(p)`. The signs × · ÷ − count as * * / -.

    Raises:
        ExpressionError: the text is anything else, or beyond a limit; it says what and where.
    """
    text = text.strip()
    if len(text) > MAX_CHARACTERS:  # looked at before anything else is done with it
        sentence = f"This has {len(text)} characters; at most {MAX_CHARACTERS} are read."
        raise ExpressionError(sentence, text[: MAX_CHARACTERS + 1], MAX_CHARACTERS)
    text = text.translate(_SAME)
    _check_characters(text)
    return _Reader(text).read()


def _check_characters(text: str) -> None:
    """What can be said better, and more safely, before Python's parser sees the text."""
    if not text:
        raise ExpressionError("Type an expression, for example relu(w*x + b).", text, 0)
    if foreign := _FOREIGN.search(text):
        advice = _ADVICE.get(foreign[0], "Use names, numbers, + - * / **, brackets and functions.")
        shown = foreign[0] if foreign[0].isprintable() else "(a control character)"
        raise ExpressionError(f"“{shown}” is not known here. {advice}", text, foreign.start())
    if product := _MISSING_STAR.search(text):
        raise ExpressionError("A product needs its sign: write 2*x, not 2x.", text, product.end())
    opened: list[int] = []
    for column, character in enumerate(text):
        if character == "(":
            opened.append(column)
        elif character == ")":
            if not opened:
                raise ExpressionError("This bracket closes, but none was opened.", text, column)
            opened.pop()
    if opened:
        raise ExpressionError("This bracket is never closed.", text, opened[-1])


class _Reader:
    """Turns the syntax tree into steps, node by node, refusing whatever is not listed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps: list[Step] = []
        self.known: dict[str, int] = {}  # name -> step, for variables and named parts
        self.offset = 0  # where the part that is being read starts

    def read(self) -> Expression:
        parts = self.text.rstrip("; ").split(";")
        start = 0
        for part in parts[:-1]:
            self._named_part(part, start)
            start += len(part) + 1
        if _NAMED.match(parts[-1]):
            sentence = "After naming parts, end with an expression: p = sigmoid(w*x); -log(p)."
            raise ExpressionError(sentence, self.text, len(self.text))
        tree = self._tree(parts[-1], start)
        output = self._step(tree, 1)
        if output != len(self.steps) - 1 or self.steps[output].kind != "operation":
            self._refuse(tree, "Nothing is computed here; end with an operation, such as w*x or relu(w).")
        if not any(step.kind == "variable" for step in self.steps):
            raise ExpressionError("There is no variable in it; use at least one name, such as w.", self.text, 0)
        return Expression(self.text, tuple(self.steps))

    def _refuse(self, node: ast.expr, sentence: str) -> NoReturn:
        raise ExpressionError(sentence, self.text, self.offset + node.col_offset)

    def _tree(self, part: str, start: int) -> ast.expr:
        """Python's syntax tree of one part of the text, which starts at column `start`."""
        body = part.lstrip()
        self.offset = start + len(part) - len(body)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Python's advice on odd literals is no concern of the student
                # As an "eval" source: statements do not exist there, and no file is looked up for an error message.
                return ast.parse(body, mode="eval").body
        except SyntaxError as trouble:
            column = self.offset + (trouble.offset or len(body) + 1) - 1  # 0 stands for the end
            raise ExpressionError("Something is missing or does not belong here.", self.text, column) from None
        except (ValueError, MemoryError, RecursionError):
            raise ExpressionError("This is nested too deeply; make it shorter.", self.text, self.offset) from None

    def _named_part(self, part: str, start: int) -> None:
        named = _NAMED.match(part)
        if not named:
            column = start + len(part) - len(part.lstrip())
            raise ExpressionError("Only the last part may go without a name: p = w*x; relu(p).", self.text, column)
        name, column = named[1], start + named.start(1)
        self._check_name(name, column)
        if name in self.known:
            raise ExpressionError(f"“{name}” already has a value; choose a new name.", self.text, column)
        tree = self._tree(part[named.end() :], start + named.end())
        index = self._step(tree, 1)
        if self.steps[index].kind != "operation":
            self._refuse(tree, "Give a name to a computation, such as p = w*x.")
        self.known[name] = index
        if not self.steps[index].label:
            self.steps[index] = replace(self.steps[index], label=name)

    def _check_name(self, name: str, column: int) -> None:
        if name in FUNCTIONS:
            raise ExpressionError(f"{name} is a function: write {name}(…).", self.text, column)
        if name in RESERVED:
            raise ExpressionError(f"The name “{name}” is taken; choose another.", self.text, column)
        if not _NAME.fullmatch(name):
            sentence = f"A name is a letter followed by letters or digits, at most {MAX_NAME} in all."
            raise ExpressionError(sentence, self.text, column)

    def _add(self, kind: str, name: str, node: ast.expr, inputs: tuple[int, ...] = ()) -> int:
        if len(self.steps) == MAX_STEPS:
            self._refuse(node, f"This has more than {MAX_STEPS} steps; make it shorter.")
        end = node.end_col_offset or node.col_offset
        label = name if kind != "operation" else ""
        self.steps.append(Step(kind, name, inputs, label, self.offset + node.col_offset, self.offset + end))
        return len(self.steps) - 1

    def _step(self, node: ast.expr, depth: int) -> int:
        if depth > MAX_DEPTH:
            self._refuse(node, f"This is nested more than {MAX_DEPTH} deep; name a part first: p = …; relu(p).")
        match node:
            case ast.Constant():
                return self._add("constant", self._number(node), node)
            case ast.Name():
                return self._variable(node)
            case ast.UnaryOp(op=ast.UAdd()):
                return self._step(node.operand, depth + 1)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as operand):
                return self._add("constant", "-" + self._number(operand), node)
            case ast.UnaryOp(op=ast.USub()):
                return self._add("operation", "negate", node, (self._step(node.operand, depth + 1),))
            case ast.BinOp():
                return self._binary(node, depth)
            case ast.Call():
                return self._call(node, depth)
            case ast.Attribute():
                self._refuse(node, "A name has no parts here; leave out what follows the dot.")
            case ast.Tuple():
                self._refuse(node, "This comma stands outside a function; write one expression.")
        sentence = "Only numbers, names, + - * / ** and the listed functions are known here."
        raise ExpressionError(sentence, self.text, self.offset + node.col_offset)

    def _number(self, node: ast.Constant) -> str:
        if type(node.value) not in (int, float):
            self._refuse(node, "Only plain numbers are known here, such as 2 or 0.5.")
        try:
            number = float(node.value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self._refuse(node, "This number is too large for float64, which ends near 1.8e308.")
        return repr(number).removesuffix(".0")

    def _variable(self, node: ast.Name) -> int:
        self._check_name(node.id, self.offset + node.col_offset)
        if node.id not in self.known:
            if sum(step.kind == "variable" for step in self.steps) == MAX_VARIABLES:
                self._refuse(node, f"There are more than {MAX_VARIABLES} variables; use fewer.")
            self.known[node.id] = self._add("variable", node.id, node)
        return self.known[node.id]

    def _binary(self, node: ast.BinOp, depth: int) -> int:
        name = _BINARY.get(type(node.op))
        if name is None:
            column = self.offset + (node.left.end_col_offset or node.col_offset)
            raise ExpressionError("Only + - * / ** are known between two values.", self.text, column)
        left = self._step(node.left, depth + 1)
        right = self._step(node.right, depth + 1)
        exponent = self.steps[right]
        if name == "**" and exponent.kind == "constant" and abs(float(exponent.name)) > MAX_EXPONENT:
            self._refuse(node.right, f"Keep a fixed exponent between −{MAX_EXPONENT} and {MAX_EXPONENT}.")
        return self._add("operation", name, node, (left, right))

    def _call(self, node: ast.Call, depth: int) -> int:
        if not isinstance(node.func, ast.Name):
            self._refuse(node.func, "Only a function's plain name can be called; write * for a product.")
        name = node.func.id
        if name not in FUNCTIONS:
            near = difflib.get_close_matches(name.lower(), FUNCTIONS, 1)
            if name in self.known or (len(name) == 1 and not near):
                self._refuse(node.func, f"{name} is not a function; write {name}*(…) for a product.")
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(FUNCTIONS)}."
            self._refuse(node.func, f"There is no function {name[: 2 * MAX_NAME]} here; {hint}")
        if node.keywords:
            self._refuse(node.keywords[0].value, "A function takes plain values here, without names in front.")
        arity = FUNCTIONS[name].arity
        if len(node.args) != arity:
            wanted = "one value" if arity == 1 else f"{arity} values, separated by a comma"
            self._refuse(node, f"{name} takes {wanted}; it was given {len(node.args)}.")
        return self._add("operation", name, node, tuple(self._step(argument, depth + 1) for argument in node.args))
