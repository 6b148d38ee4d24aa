"""A setting: what the symbols of a formula stand for, and how cases of it are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gradgate.case import Case
from gradgate.equations.parsing import parse
from gradgate.equations.tree import Derivative, Item, Name, Node, SumOver, children

LAYOUTS = ("V×d", "d×V")
V_BY_D, D_BY_V = LAYOUTS


@dataclass(frozen=True)
class Symbol:
    """A symbol that is drawn (shape, in names of sizes) or made of others (formula, in the layout V×d).

    counts: the size in which the symbol is an index, "V" for a word; turns: transposed in the layout d×V.
    """

    means: str
    shape: tuple[str, ...] = ()
    formula: str = ""
    counts: str = ""
    turns: bool = False

    @cached_property
    def tree(self) -> Node:
        return parse(self.formula)

    @cached_property
    def viewed(self) -> str:
        """The symbol that this one is rows of (u_o is a row of U) or another name of; "" where it is no such view."""
        node = self.tree if self.formula else None
        while isinstance(node, Item):
            node = node.inner
        return node.name if isinstance(node, Name) else ""


@dataclass(frozen=True, eq=False)
class Drawn:
    """One case: the sizes by name, the values of the drawn symbols (float64 arrays, ints), and the same as a call."""

    sizes: Mapping[str, int]
    values: Mapping[str, Any]
    case: Case | None = None


@dataclass(frozen=True, eq=False)
class Setting:
    """Symbols by name; indices: the size that each index letter runs through; draw(seed, index, small) -> Drawn.

    exact: which symbols and derivatives ("J", "dJ/dU") the exact reference gives, as which quantity of the call.
    constant: there is but one case, an example with given numbers.
    """

    name: str
    title: str
    symbols: Mapping[str, Symbol]
    draw: Callable[[int, int, bool], Drawn]
    sizes: tuple[str, ...]
    indices: Mapping[str, str] = field(default_factory=dict)
    exact: Mapping[str, str] = field(default_factory=dict)
    constant: bool = False

    @cached_property
    def free(self) -> dict[str, tuple[str, ...]]:
        """The index letters of every symbol that has some: u_k has k."""
        letters = {name: tuple(sorted(self.indices_in(Name(name)))) for name in self.symbols}
        return {name: found for name, found in letters.items() if found}

    def indices_in(self, node: Node) -> set[str]:
        """The index letters that a formula leaves free."""
        match node:
            case Name(name=name) if name in self.symbols:
                symbol = self.symbols[name]
                return self.indices_in(symbol.tree) if symbol.formula else set()
            case Derivative(of=of, by=by):
                return self.indices_in(Name(of)) | self.indices_in(Name(by))
            case Item(inner=inner, index=index):
                return self.indices_in(inner) | ({index} & set(self.indices))
            case SumOver(index=index, inner=inner):
                return self.indices_in(inner) - {index}
        return set().union(*map(self.indices_in, children(node)))

    def viewed(self, name: str) -> str:
        """The drawn symbol that a symbol is rows of, through every view between them; its own name where it is none."""
        while above := self.symbols[name].viewed:
            name = above
        return name
