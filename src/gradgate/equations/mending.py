"""Which term of a wrong formula is wrong: the smallest change of one term after which the formula is right.

Each change of a list is tried at each node. Float64 sorts out what cannot be it, and balls decide on the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

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
_PLAIN = 1  # words by which each of two changes at once may let the formula grow
_LONG, _SHORT = 120, 40  # words of a formula in which one change is looked for, and two: their number is the square


@dataclass(frozen=True)
class Mend:
    """The term that is wrong, what should stand there ("" for nothing), what kind of mistake it is, and the formula
    mended."""

    wrong: str
    due: str
    kind: str
    formula: str

    @property
    def sentence(self) -> str:
        if not self.due:
            return f"{self.wrong} is {self.kind}"
        return f"{self.kind}: {self.wrong} stands where {self.due} is due"

    @property
    def hint(self) -> str:
        """Where to look, without what is due there."""
        return f"{self.wrong}: it is {self.kind}" if not self.due else f"{self.kind} in {self.wrong}"


@dataclass(frozen=True)
class Change:
    """One term of a formula replaced: the whole formula then, what stood there, what stands there now; and, where the
    change only leaves out a part of the term, that part."""

    whole: Node
    wrong: Node
    due: Node
    kind: str
    dropped: Node | None = None

    @property
    def oddness(self) -> tuple[int, bool, int]:
        """By how much the formula grows; a sign inside sigma before one of a symbol; then the smaller term, but the
        larger one where something is missing beside it: n_k * sigma(u_k @ v) * v, not sigma(u_k @ v) * (n_k * v)."""
        size = _nodes(self.wrong)
        grown = _nodes(self.due) - size + 2 * (self.kind == "the order of the product")  # a transposition is likelier
        return grown, "sigma" not in self.kind, -size if self.kind.endswith("missing") else size

    @property
    def mend(self) -> Mend:
        if self.dropped is not None:
            return Mend(written(self.dropped), "", self.kind, written(self.whole))
        return Mend(written(self.wrong), written(self.due), self.kind, written(self.whole))


def mend(statement: Statement, cases: list[Drawn]) -> Mend | None:
    """The plainest change that makes the statement hold in all of the cases; None where no single change does, or the
    formula is too long to try them all."""
    if _nodes(statement.right) > _LONG:
        return None
    guesses = [_Guess(statement, drawn) for drawn in cases[-_GUESSES:]]
    found = _proven([(change,) for change in _changes(statement.right, statement)], statement, cases, guesses)
    return found[0].mend if found else None


def mend_twice(statement: Statement, cases: list[Drawn]) -> tuple[Mend, ...]:
    """Two plain changes that make it hold together; none where there are no such two, or the formula is a long one."""
    if _nodes(statement.right) > _SHORT:
        return ()
    guesses = [_Guess(statement, drawn) for drawn in cases[-_GUESSES:]]
    first = [change for change in _changes(statement.right, statement) if change.oddness[0] <= _PLAIN]
    pairs: list[tuple[Change, ...]] = [
        (one, other) for one in first for other in _changes(one.whole, statement) if other.oddness[0] <= _PLAIN
    ]
    return tuple(change.mend for change in _proven(pairs, statement, cases, guesses))


def _proven(
    candidates: list[tuple[Change, ...]], statement: Statement, cases: list[Drawn], guesses: list[_Guess]
) -> tuple[Change, ...]:
    """The least odd of the candidates after which the formula is right in balls; () where none is."""
    likely = [
        changes
        for changes in candidates
        if _fits(statement, changes[-1].whole) and all(guess.agrees(changes[-1].whole) for guess in guesses)
    ]
    for changes in sorted(likely, key=lambda changes: sorted((change.oddness for change in changes), reverse=True)):
        if all(compare(statement, drawn, tree=changes[-1].whole).outcome == HOLDS for drawn in cases[:_PROOFS]):
            return changes
    return ()


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
        for change in _changes(part, statement):
            yield replace(change, whole=with_children(node, (*parts[:number], change.whole, *parts[number + 1 :])))
    for due, kind, *dropped in _here(node, statement):
        yield Change(due, node, due, kind, *dropped)


Edit = tuple[Node, str] | tuple[Node, str, Node]  # what may be due, what was wrong, and the part that is left out


def _here(node: Node, statement: Statement) -> Iterator[Edit]:
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
            yield Number("0"), "the number"
        case Transposed(inner=inner):
            yield inner, "the transposition"
        case SumOver(inner=inner):
            yield inner, "the sum"
        case Call(function=function, arguments=arguments):
            yield from _calls(function, arguments)
    if not isinstance(node, Number):
        yield from _wrapped(node, statement)


def _binaries(node: Binary) -> Iterator[Edit]:
    left, right = node.left, node.right
    match node.operator:
        case "+":
            yield Binary("-", left, right), "the sign"
            yield Binary("-", right, left), "the sign"
            yield left, "a term too many", right
            yield right, "a term too many", left
        case "-":
            yield Binary("-", right, left), "the sign"
            yield Binary("+", left, right), "the sign"
            yield left, "a term too many", right
            yield Negative(right), "a term too many", left
            yield right, "the complement" if left == Number("1") else "the difference"
        case "*":
            yield Call("outer", (left, right)), "the product"
            yield Call("outer", (right, left)), "the product"
            yield Binary("@", left, right), "the product"
            yield Binary("/", left, right), "the quotient"
            yield left, "a factor too many", right
            yield right, "a factor too many", left
        case "/":
            yield Binary("*", left, right), "the quotient"
            yield Binary("/", right, left), "the quotient"
            yield left, "a divisor too many", right
        case "@":
            yield Binary("@", right, left), "the order of the product"
            yield Call("outer", (left, right)), "the product"
            yield Call("outer", (right, left)), "the product"


def _calls(function: str, arguments: tuple[Node, ...]) -> Iterator[Edit]:
    match function:
        case "sigma":
            own = Call("sigma", arguments)
            complement = Binary("-", Number("1"), own)
            yield Call("sigma", (_negated(arguments[0]),)), "the sign inside sigma"
            yield Binary("-", own, Number("1")), "the slope of the logarithm"
            yield complement, "the complement"
            yield Binary("*", own, complement), "the derivative of sigma"
        case "outer":
            yield Call("outer", arguments[::-1]), "the order of the outer product"
        case "diag" | "log" | "exp":
            yield arguments[0], f"{function} is one too many"
        case "max":
            yield from ((argument, "the maximum") for argument in arguments)


def _negated(node: Node) -> Node:
    return node.inner if isinstance(node, Negative) else Negative(node)


def _wrapped(node: Node, statement: Statement) -> Iterator[Edit]:
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
