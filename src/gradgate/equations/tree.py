"""A formula as a tree: its nodes, how they are written out, and how a part is replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

ADDING, MULTIPLYING, NEGATING, RAISING, JOINING = range(1, 6)
_BINDING = {"+": ADDING, "-": ADDING, "*": MULTIPLYING, "/": MULTIPLYING, "@": MULTIPLYING, "**": RAISING}


@dataclass(frozen=True)
class Node:
    """place is where the node begins in the text, counted from 1; equal nodes may stand in different places."""

    place: int = field(compare=False, kw_only=True, default=1)


@dataclass(frozen=True)
class Number(Node):
    """A number as it was written: exact in decimal."""

    text: str


@dataclass(frozen=True)
class Name(Node):
    """A symbol of the field: v, U, y_hat, u_k."""

    name: str


@dataclass(frozen=True)
class Derivative(Node):
    """dJ/dv, written without spaces."""

    of: str
    by: str


@dataclass(frozen=True)
class Negative(Node):
    inner: Node


@dataclass(frozen=True)
class Transposed(Node):
    inner: Node


@dataclass(frozen=True)
class Binary(Node):
    """Two operands of one of + - * / @ **."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Call(Node):
    """sigma(x), outer(a, b), ..."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class SumOver(Node):
    """sum_k(...): over every value of an index."""

    index: str
    inner: Node


@dataclass(frozen=True)
class Item(Node):
    """inner[index], or inner[:, index] where axis is 1. index names a word, an index or words, or is a number."""

    inner: Node
    index: str
    axis: int = 0


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case Negative(inner=inner) | Transposed(inner=inner) | SumOver(inner=inner) | Item(inner=inner):
            return (inner,)
        case Binary(left=left, right=right):
            return (left, right)
        case Call(arguments=arguments):
            return arguments
    return ()


def with_children(node: Node, parts: tuple[Node, ...]) -> Node:
    """The same node over other parts."""
    match node:
        case Negative() | Transposed() | SumOver() | Item():
            return replace(node, inner=parts[0])
        case Binary():
            return replace(node, left=parts[0], right=parts[1])
        case Call():
            return replace(node, arguments=parts)
    return node


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for part in children(node):
        yield from walk(part)


def written(node: Node, binding: int = 0) -> str:
    """The formula as text, with no more brackets than it needs."""
    match node:
        case Number(text=text):
            return text
        case Name(name=name):
            return name
        case Derivative(of=of, by=by):
            return f"d{of}/d{by}"
        case Transposed(inner=inner):
            return f"{written(inner, JOINING)}.T"
        case Item(inner=inner, index=index, axis=axis):
            return f"{written(inner, JOINING)}[{':, ' * axis}{index}]"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(map(written, arguments))})"
        case SumOver(index=index, inner=inner):
            return f"sum_{index}({written(inner)})"
        case Negative(inner=inner):
            return _bracketed(f"-{written(inner, NEGATING)}", NEGATING, binding)
        case Binary(operator=operator, left=left, right=right):
            own = _BINDING[operator]
            beside = (own + 1, NEGATING) if operator == "**" else (own, own + 1)
            return _bracketed(f"{written(left, beside[0])} {operator} {written(right, beside[1])}", own, binding)
    raise TypeError(f"no node of a formula: {node!r}")


def _bracketed(text: str, own: int, needed: int) -> str:
    return f"({text})" if own < needed else text
