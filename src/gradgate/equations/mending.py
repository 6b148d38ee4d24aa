"""Which term of a wrong formula is wrong: the smallest change of one term after which the formula is right.

Each change of a list is tried at each node. Float64 sorts out what cannot be it, and balls decide on the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradgate.equations.comparing import HOLDS, compare, due_value
from gradgate.equations.errors import FormulaError
from gradgate.equations.setting import Drawn
from gradgate.equations.shapes import Shapes
from gradgate.equations.statement import Statement
from gradgate.equations.tree import (
    Binary,
    Call,
    Name,
    Negative,
    Node,
    Number,
    SumOver,
    Transposed,
    children,
    walk,
    with_children,
    written,
)
from gradgate.equations.values import World

_GUESSES, _PROOFS = 3, 40  # cases that a change must pass in float64, then in balls


Change = tuple[Node, Node, Node, str]  # the whole formula, what stood there, what stands there now, and the kind


@dataclass(frozen=True)
class Mend:
    """wrong: the term that is wrong; due: what should stand there; kind: what is wrong with it; formula: mended."""

    wrong: str
    due: str
    kind: str
    formula: str

    @property
    def sentence(self) -> str:
        return f"{self.kind}: {self.wrong} stands where {self.due} is due"


def mend(statement: Statement, cases: list[Drawn]) -> Mend | None:
    """The plainest change that makes the statement hold in all of the cases; None where no single change does."""
    guesses = [_Guess(statement, drawn) for drawn in cases[-_GUESSES:]]
    likely = [
        change
        for change in _changes(statement.right, statement)
        if _fits(statement, change[0]) and all(guess.agrees(change[0]) for guess in guesses)
    ]
    for changed, wrong, due, kind in sorted(likely, key=_how_odd):
        if all(compare(statement, drawn, tree=changed).outcome == HOLDS for drawn in cases[:_PROOFS]):
            return Mend(written(wrong), written(due), kind, written(changed))
    return None


def _how_odd(change: Change) -> tuple[int, bool, int]:
    """By how much the formula grows; a sign inside sigma before one of a symbol; then the smaller term, but the larger
    one where something is missing beside it: n_k * sigma(u_k @ v) * v and not sigma(u_k @ v) * (n_k * v)."""
    _, wrong, due, kind = change
    size = _nodes(wrong)
    grown = _nodes(due) - size + 2 * (kind == "the order of the product")  # a transposition is likelier
    return grown, "sigma" not in kind, -size if kind.endswith("missing") else size


def _nodes(node: Node) -> int:
    return sum(1 for _ in walk(node))


class _Guess:
    """What is due in one case, to the few digits that a search needs; no verdict hangs on it."""

    def __init__(self, statement: Statement, drawn: Drawn) -> None:
        self.statement = statement
        self.world = World(statement.setting, drawn, in_balls=False)
        exact = World(statement.setting, drawn)
        self.due = [(at, np.asarray(due_value(statement, exact, at)).astype(float)) for at in statement.indices(drawn)]

    def agrees(self, tree: Node) -> bool:
        try:
            with np.errstate(all="ignore"):
                return all(
                    np.allclose(self.world.value(tree, self.statement.layout, at), due, rtol=1e-7, atol=1e-9)
                    for at, due in self.due
                )
        except (ZeroDivisionError, OverflowError):  # a float of Python's own, where NumPy would give inf
            return False


def _fits(statement: Statement, tree: Node) -> bool:
    try:
        statement.require_fit(tree, statement.formula)
    except FormulaError:
        return False
    return True


def _changes(node: Node, statement: Statement) -> Iterator[Change]:
    """Changes at the leaves first: the smaller the wrong term, the more it says."""
    parts = children(node)
    for number, part in enumerate(parts):
        for changed, wrong, due, kind in _changes(part, statement):
            yield with_children(node, (*parts[:number], changed, *parts[number + 1 :])), wrong, due, kind
    for due, kind in _here(node, statement):
        yield due, node, due, kind


def _here(node: Node, statement: Statement) -> Iterator[tuple[Node, str]]:
    """What may be due in place of the node."""
    match node:
        case Name(name=name):
            yield from ((Name(other), "the symbol") for other in _alike(name, statement))
            if name in statement.setting.sizes:
                others = (Name(size) for size in statement.setting.sizes)
                yield from ((Binary("+", other, Number("1")), "the count") for other in others)
        case Number():
            yield from ((Number(text), "the number") for text in ("0", "1", "2") if text != node.text)
        case Binary():
            yield from _binaries(node)
        case Negative(inner=inner):
            yield inner, "the sign"
        case Transposed(inner=inner):
            yield inner, "the transposition"
        case SumOver(inner=inner):
            yield inner, "the sum"
        case Call(function=function, arguments=arguments):
            yield from _calls(function, arguments)
    if not isinstance(node, Number):
        yield from _wrapped(node, statement)


def _binaries(node: Binary) -> Iterator[tuple[Node, str]]:
    left, right = node.left, node.right
    match node.operator:
        case "+":
            yield Binary("-", left, right), "the sign"
            yield left, "a term too many"
            yield right, "a term too many"
            yield Binary("-", right, left), "the sign"
        case "-":
            yield Binary("-", right, left), "the sign"
            yield Binary("+", left, right), "the sign"
            yield left, "a term too many"
            yield right, "a term too many"
            yield Negative(right), "a term too many"
        case "*":
            yield Call("outer", (left, right)), "the product"
            yield Call("outer", (right, left)), "the product"
            yield Binary("/", left, right), "the quotient"
            yield left, "a factor too many"
            yield right, "a factor too many"
            yield Binary("@", left, right), "the product"
        case "/":
            yield Binary("*", left, right), "the quotient"
            yield Binary("/", right, left), "the quotient"
            yield left, "a divisor too many"
        case "@":
            yield Binary("@", right, left), "the order of the product"
            yield Call("outer", (left, right)), "the product"
            yield Call("outer", (right, left)), "the product"


def _calls(function: str, arguments: tuple[Node, ...]) -> Iterator[tuple[Node, str]]:
    match function:
        case "sigma":
            yield Call("sigma", (_negated(arguments[0]),)), "the sign inside sigma"
            yield Binary("-", Call("sigma", arguments), Number("1")), "the slope of the logarithm"
            yield Binary("-", Number("1"), Call("sigma", arguments)), "the complement"
            yield (
                Binary("*", Call("sigma", arguments), Binary("-", Number("1"), Call("sigma", arguments))),
                "the derivative of sigma",
            )
        case "outer":
            yield Call("outer", arguments[::-1]), "the order of the outer product"
        case "diag" | "log" | "exp":
            yield arguments[0], f"a {function} too many"
        case "max":
            yield from ((argument, "the maximum") for argument in arguments)


def _negated(node: Node) -> Node:
    return node.inner if isinstance(node, Negative) else Negative(node)


def _wrapped(node: Node, statement: Statement) -> Iterator[tuple[Node, str]]:
    """The node with something around it: a sign, a transposition, a sum, a factor, a function."""
    setting = statement.setting
    if isinstance(node, Negative):
        yield Number("0"), "a term too many"
    else:
        yield Negative(node), "the sign"
    if not isinstance(node, Transposed | Call):
        yield Transposed(node), "the transposition"
    yield from ((SumOver(index, node), "the sum is missing") for index in setting.indices)
    for name in _scalars(statement):
        yield Binary("*", Name(name), node), "a factor is missing"
        yield Binary("/", node, Name(name)), "a divisor is missing"
    for name in _same_shape(node, statement):
        yield Binary("-", node, Name(name)), "a term is missing"
        yield Binary("+", node, Name(name)), "a term is missing"
    yield from ((Call(function, (node,)), f"{function} is missing") for function in ("sigma", "diag", "log"))


def _same_shape(node: Node, statement: Statement) -> list[str]:
    """The symbols that could be added to a symbol."""
    return _alike(node.name, statement) if isinstance(node, Name) and node.name in statement.setting.symbols else []


def _scalars(statement: Statement) -> list[str]:
    """The numbers that a factor may be: sizes, and symbols that are no function of the others."""
    setting, free = statement.setting, frozenset(statement.setting.indices)
    names = [name for name, symbol in setting.symbols.items() if not symbol.counts and not symbol.formula]
    views = [name for name, symbol in setting.symbols.items() if symbol.viewed]
    shapes = Shapes(setting, statement.layout, "")
    return [*setting.sizes, *(name for name in (*names, *views) if shapes.of(Name(name), free) == ())]


def _alike(name: str, statement: Statement) -> list[str]:
    """The other symbols of the same shape."""
    setting, free = statement.setting, frozenset(statement.setting.indices)
    if name not in setting.symbols:
        return [size for size in setting.sizes if size != name]
    shapes = Shapes(setting, statement.layout, "")
    shape = shapes.of(Name(name), free)
    others = [other for other, symbol in setting.symbols.items() if not symbol.counts and other != name]
    own = setting.symbols[name].formula
    return [
        other
        for other in others
        if shapes.of(Name(other), free) == shape and setting.symbols[other].formula not in (name, own or None)
    ]
