"""The shape of a formula, in names of sizes: V and d never fit each other, even where they are the same number."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from gradgate.equations.errors import FormulaError, ShapeError
from gradgate.equations.parsing import FUNCTIONS
from gradgate.equations.setting import D_BY_V, Setting, Symbol
from gradgate.equations.tree import (
    Binary,
    Call,
    Derivative,
    Item,
    Name,
    Negative,
    Node,
    Number,
    SumOver,
    Transposed,
    written,
)

Shape = tuple[str, ...]


@dataclass(frozen=True)
class Shapes:
    """Shapes of the formulas of one text in one setting and layout."""

    setting: Setting
    layout: str
    text: str

    def of(self, node: Node, bound: frozenset[str] = frozenset()) -> Shape:
        """The shape of a node, with the given indices bound. Raises FormulaError or ShapeError."""
        match node:
            case Number():
                return ()
            case Name():
                return self._name(node, bound)
            case Derivative(of=of, by=by):
                return self._varied(of, node, bound) + self._varied(by, node, bound)
            case Negative(inner=inner):
                return self.of(inner, bound)
            case Transposed(inner=inner):
                return self.of(inner, bound)[::-1]
            case SumOver(index=index, inner=inner):
                self._require_index(index, node)
                return self.of(inner, bound | {index})
            case Item():
                return self._item(node, bound)
            case Binary():
                return self._binary(node, bound)
            case Call():
                return self._call(node, bound)
        raise TypeError(f"no node of a formula: {node!r}")

    def _error(self, node: Node, sentence: str) -> FormulaError:
        return FormulaError(self.text, node.place, sentence)

    def _misfit(self, node: Node, sentence: str) -> ShapeError:
        return ShapeError(self.text, node.place, sentence)

    def _name(self, node: Name, bound: frozenset[str]) -> Shape:
        if node.name in self.setting.sizes:
            return ()
        symbol = self.setting.symbols.get(node.name)
        if symbol is None:
            raise self._error(node, _unknown(node.name, self.setting))
        if symbol.counts:
            raise self._error(
                node, f"{node.name} is the number of {symbol.means}: use it in brackets only, U[{node.name}]"
            )
        if free := sorted(self.setting.indices_in(node) - bound):
            over = f"sum_{free[0]}({node.name} ...)"
            raise self._error(node, f"{node.name} stands for one {free[0]} of many here; add them up with {over}")
        return symbol_shape(self.setting, symbol, self.layout)

    def _varied(self, name: str, node: Node, bound: frozenset[str]) -> Shape:
        """The shape of what is differentiated, or by what: a symbol, and no size."""
        if name in self.setting.sizes:
            raise self._error(node, f"{name} is a size; nothing is differentiated by it")
        return self._name(Name(name, place=node.place), bound)

    def _require_index(self, index: str, node: Node) -> None:
        if index not in self.setting.indices:
            known = ", ".join(f"sum_{letter}" for letter in self.setting.indices) or "none"
            raise self._error(node, f"there is no index {index} in {self.setting.name}; there are sums over: {known}")

    def _item(self, node: Item, bound: frozenset[str]) -> Shape:
        shape = list(self.of(node.inner, bound))
        if len(shape) <= node.axis:
            raise self._misfit(node, f"{written(node.inner)} {_has(tuple(shape))}: it has no entry [{node.index}]")
        size, replaced = self._counted(node, bound)
        if size not in ("", shape[node.axis]):
            better = f"; take a column with [:, {node.index}]" if size in shape[1:] else "; use another index"
            given = f"{written(node.inner)} {_has(tuple(shape))}"
            raise self._misfit(node, f"{node.index} is one of {size}, and {given}{better}")
        return (*shape[: node.axis], *replaced, *shape[node.axis + 1 :])

    def _counted(self, node: Item, bound: frozenset[str]) -> tuple[str, Shape]:
        """The size that the index counts in ("" for a plain number), and the axes that it puts in the place of one."""
        if node.index.isdecimal():
            return "", ()
        if node.index in bound:
            return self.setting.indices[node.index], ()
        symbol = self.setting.symbols.get(node.index)
        if symbol is None or not symbol.counts:
            known = [name for name, symbol in self.setting.symbols.items() if symbol.counts]
            raise self._error(node, f"{node.index} is no index here; take one of {', '.join([*known, *sorted(bound)])}")
        return symbol.counts, symbol.shape

    def _binary(self, node: Binary, bound: frozenset[str]) -> Shape:
        left, right = self.of(node.left, bound), self.of(node.right, bound)
        if node.operator == "@":
            return self._product(node, left, right)
        if left == right or not right:
            return left
        if not left and node.operator != "**":
            return right
        raise self._misfit(node, _apart(node, left, right))

    def _product(self, node: Binary, left: Shape, right: Shape) -> Shape:
        if not left or not right:
            number = written(node.left if not left else node.right)
            raise self._misfit(node, f"{number} is a number, and @ joins vectors and matrices; write *")
        if left[-1] != right[0] or len(left) > 2 or len(right) > 2:
            raise self._misfit(node, _no_product(node, left, right))
        return left[:-1] + right[1:]

    def _call(self, node: Call, bound: frozenset[str]) -> Shape:
        shapes = [self.of(argument, bound) for argument in node.arguments]
        given = f"{written(node.arguments[0])} {_has(shapes[0])}"
        match node.function:
            case "outer" | "diag" | "softmax" | "norm" if any(len(shape) != 1 for shape in shapes):
                which = next(i for i, shape in enumerate(shapes) if len(shape) != 1)
                given = f"{written(node.arguments[which])} {_has(shapes[which])}"
                raise self._misfit(node, f"{node.function} takes vectors, and {given}; give it a vector")
            case "outer":
                return shapes[0] + shapes[1]
            case "diag":
                return shapes[0] * 2
            case "sum" | "norm" | "largest" | "smallest":
                if not shapes[0]:
                    raise self._misfit(
                        node, f"{node.function} adds up entries, and {given}; leave it out, or write sum_k(...)"
                    )
                return ()
            case "max" if shapes[1] and shapes[1] != shapes[0]:
                raise self._misfit(node, f"max takes two of one shape, and {given}; bring both to it")
        assert node.function in FUNCTIONS
        return shapes[0]


def symbol_shape(setting: Setting, symbol: Symbol, layout: str) -> Shape:
    """The shape of a symbol as a formula of the layout sees it."""
    shape = symbol.shape
    if symbol.formula:
        free = frozenset(setting.indices_in(symbol.tree))
        shape = Shapes(setting, "V×d", symbol.formula).of(symbol.tree, free)
    return shape[::-1] if symbol.turns and layout == D_BY_V else shape


def shown(shape: Shape) -> str:
    """(V, d), (d,) or "a number"."""
    return f"({', '.join(shape)}{',' * (len(shape) == 1)})" if shape else "a number"


def _has(shape: Shape) -> str:
    return f"is {shown(shape)}" if len(shape) != 0 else "is a number"


def _unknown(name: str, setting: Setting) -> str:
    known = [*setting.symbols, *setting.sizes]
    near = difflib.get_close_matches(name, known, 1, 0.5)
    meant = f"did you mean {near[0]}? there" if near else "there"
    return f"{name} is no symbol of {setting.name}; {meant} are {', '.join(known)}"


def _apart(node: Binary, left: Shape, right: Shape) -> str:
    sides = f"{written(node.left)} {_has(left)} and {written(node.right)} {_has(right)}"
    if node.operator == "*" and len(left) == len(right) == 1:
        return f"{sides}: their entries do not pair; for every product of two entries write outer(...)"
    if left == right[::-1]:
        return f"{sides}: transpose one of them with .T"
    return f"{sides}: {node.operator} needs two of one shape, or a number"


def _no_product(node: Binary, left: Shape, right: Shape) -> str:
    a, b = written(node.left, 2), written(node.right, 3)
    sides = f"{written(node.left)} {_has(left)} and {written(node.right)} {_has(right)}"
    for fits, better in (
        (len(left) == 2 and left[0] == right[0], f"{a}.T @ {b}"),
        (len(right) == 2 and left[-1] == right[-1], f"{a} @ {b}.T"),
        (right[-1] == left[0], f"{b} @ {a}"),
        (
            len(left) == len(right) == 1,
            f"outer({written(node.left)}, {written(node.right)}) for the matrix of all products",
        ),
    ):
        if fits:
            return f"{sides}: {left[-1]} does not meet {right[0]}; {better} would have a value"
    return f"{sides}: {left[-1]} does not meet {right[0]}"
