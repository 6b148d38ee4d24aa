"""The changes of one term that may mend a formula: a sign, a symbol, a factor, a transposition, a sum, ..."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

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
)


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
        size = words_of(self.wrong)
        grown = words_of(self.due) - size + 2 * (self.kind == "the order of the product")  # a transposition is likelier
        return grown, "sigma" not in self.kind, -size if self.kind.endswith("missing") else size


def words_of(node: Node) -> int:
    return sum(1 for _ in walk(node))


def changes(node: Node, statement: Statement) -> Iterator[Change]:
    """Changes at the leaves first: the smaller the wrong term, the more it says."""
    parts = children(node)
    for number, part in enumerate(parts):
        for change in changes(part, statement):
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
