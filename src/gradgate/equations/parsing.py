"""From text to tree, by operator precedence (Pratt 1973). A formula is data: none of it is ever run as Python."""

from __future__ import annotations

from functools import lru_cache

from gradgate.equations.errors import FormulaError
from gradgate.equations.tokens import Token, tokens
from gradgate.equations.tree import (
    ADDING,
    MULTIPLYING,
    NEGATING,
    RAISING,
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
    children,
    walk,
)

FUNCTIONS = {
    "sigma": 1, "log": 1, "exp": 1, "sqrt": 1, "softmax": 1, "sum": 1, "norm": 1, "diag": 1, "outer": 2, "max": 2,
    "largest": 1, "smallest": 1,
}  # fmt: skip
"""The functions of the language, with how many arguments each takes."""
_SPELLINGS = {"sigmoid": "sigma", "ln": "log"}
_BINDING = {"+": ADDING, "-": ADDING, "*": MULTIPLYING, "/": MULTIPLYING, "@": MULTIPLYING, "**": RAISING}
MOST_CHARACTERS, _MOST_TOKENS, _MOST_DEPTH = 2000, 300, 50
_MOST_WORK = 6000  # words to evaluate, where each sum in another counts for _TERMS
_TERMS = 8


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """The tree of a formula. Raises FormulaError with the place of what cannot be read."""
    if not text.strip():
        raise FormulaError(text, 1, "there is no formula; write one such as U.T @ (y_hat - y)")
    if len(text) > MOST_CHARACTERS:
        raise FormulaError(text, MOST_CHARACTERS, f"a formula has at most {MOST_CHARACTERS} characters; shorten it")
    return _Parser(text).formula()


def _work(node: Node) -> int:
    """How many words there are to evaluate, about."""
    inside = 1 + sum(_work(part) for part in children(node))
    return inside * _TERMS if isinstance(node, SumOver) else inside


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        if len(self.tokens) > _MOST_TOKENS:
            raise self._error(self.tokens[_MOST_TOKENS], f"a formula has at most {_MOST_TOKENS} words; shorten it")
        self.at = 0
        self.depth = 0

    @property
    def ahead(self) -> Token:
        return self.tokens[self.at]

    def formula(self) -> Node:
        node = self._expression(0)
        if self.ahead.kind != "end":
            raise self._error(self.ahead, self._unexpected(self.ahead))
        if _work(node) > _MOST_WORK:
            raise self._error(
                self.tokens[0], "too many sums stand in one another; write some of them as products with @"
            )
        return node

    def _take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _error(self, token: Token, sentence: str) -> FormulaError:
        return FormulaError(self.text, token.place, sentence)

    def _unexpected(self, token: Token) -> str:
        if token.text == ")":
            return "this bracket closes none; take it out, or open one before"
        if token.kind in ("name", "number", "derivative") or token.text == "(":
            return f"an operator is missing before {token.text!r}: @ for a matrix product, * entry by entry"
        return f"{token.text!r} does not belong here; take it out"

    def _expect(self, wanted: str, opened: Token) -> None:
        if self.ahead.text != wanted:
            if self.ahead.kind == "end":
                raise self._error(opened, f"this bracket is not closed; put a {wanted!r} where it ends")
            raise self._error(self.ahead, self._unexpected(self.ahead))
        self._take()

    def _expression(self, binding: int) -> Node:
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            raise self._error(self.ahead, f"more than {_MOST_DEPTH} brackets stand in one another; write it in parts")
        left = self._prefix()
        while (own := _BINDING.get(self.ahead.text, 0)) > binding:
            operator = self._take()
            right = self._expression(NEGATING - 1 if operator.text == "**" else own)
            left = Binary(operator.text, left, right, place=left.place)
        self.depth -= 1
        return left

    def _prefix(self) -> Node:
        token = self.ahead
        if token.text in ("-", "+"):
            self._take()
            inner = self._expression(NEGATING - 1)
            return Negative(inner, place=token.place) if token.text == "-" else inner
        return self._postfix(self._atom())

    def _postfix(self, node: Node) -> Node:
        while self.ahead.text in (".T", "["):
            token = self._take()
            node = Transposed(node, place=node.place) if token.text == ".T" else self._item(node, token)
        return node

    def _item(self, node: Node, opened: Token) -> Node:
        axis = 0
        if self.ahead.text == ":":
            self._take()
            self._expect(",", opened)
            axis = 1
        index = self._take()
        if index.kind not in ("name", "number"):
            raise self._error(index, "square brackets hold one index: o, k, or [:, o] for a column")
        self._expect("]", opened)
        return Item(node, index.text, axis, place=node.place)

    def _atom(self) -> Node:
        token = self._take()
        match token.kind:
            case "number":
                return Number(token.text, place=token.place)
            case "derivative":
                above, below = token.text.split("/")
                return Derivative(above[1:], below[1:], place=token.place)
            case "name" if self.ahead.text == "(" and (token.text in FUNCTIONS or token.text in _SPELLINGS):
                return self._call(token)
            case "name" if self.ahead.text == "(" and token.text.startswith("sum_"):
                return self._sum_over(token)
            case "name" if self.ahead.text == "(":
                sentence = f"there is no function {token.text}; there are {', '.join(FUNCTIONS)} and sum_k(...)"
                raise self._error(token, f"{sentence}; for a product put @ or * before the bracket")
            case "name":
                return Name(token.text, place=token.place)
        if token.text == "(":
            inner = self._expression(0)
            self._expect(")", token)
            return inner
        if token.kind == "end":
            raise self._error(token, "the formula ends where a term is due; write the term")
        raise self._error(token, f"{token.text!r} stands where a term is due; write a symbol, a number or a bracket")

    def _call(self, name: Token) -> Node:
        function = _SPELLINGS.get(name.text, name.text)
        opened = self._take()
        arguments = [self._expression(0)]
        while self.ahead.text == ",":
            self._take()
            arguments.append(self._expression(0))
        self._expect(")", opened)
        if len(arguments) != FUNCTIONS[function]:
            due = FUNCTIONS[function]
            raise self._error(name, f"{function} takes {due} argument{'s' * (due > 1)}, and here are {len(arguments)}")
        return Call(function, tuple(arguments), place=name.place)

    def _sum_over(self, name: Token) -> Node:
        opened = self._take()
        inner = self._expression(0)
        self._expect(")", opened)
        index = name.text.removeprefix("sum_")
        if any(isinstance(part, SumOver) and part.index == index for part in walk(inner)):
            raise self._error(name, f"{name.text} stands inside another {name.text}; sum over one index once")
        return SumOver(index, inner, place=name.place)
