"""SELECT .. FROM .. [WHERE ..] [ORDERBY ..] [STARTPOSITION n] [MAXRESULTS n] (quickbooks.md 3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from qbconsole.simulator.quickbooks.fault import Fault

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:\\.|[^'\\])*')|(?P<operator><=|>=|=|<|>)|(?P<sign>[(),*])|(?P<word>[A-Za-z_][\w.]*)|(?P<number>-?\d+(?:\.\d+)?))"
)
OPERATORS = ("=", "<", ">", "<=", ">=")
DEFAULT_ROWS, MOST_ROWS = 100, 1000
CURRENT_DATE = "CURRENT_DATE"
"""The value that stands for the company's day."""


@dataclass(frozen=True)
class Condition:
    """One comparison; `values` has several entries for IN."""

    name: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A parsed statement."""

    entity: str
    count: bool = False
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    """(property, descending) pairs."""
    start: int = 1
    rows: int = DEFAULT_ROWS


@dataclass
class _Tokens:
    """The statement's tokens and where reading stands."""

    text: str
    tokens: list[tuple[str, str, int]] = field(default_factory=list)
    position: int = 0

    def __post_init__(self) -> None:
        at = 0
        while at < len(self.text.rstrip()):
            match = _TOKEN.match(self.text, at)
            if match is None or match.lastgroup is None:
                raise syntax("", self.text[at:].strip()[:1] or " ", at + 1)
            self.tokens.append((match.lastgroup, match[match.lastgroup], match.start(match.lastgroup) + 1))
            at = match.end()

    def peek(self) -> tuple[str, str]:
        """The next token's kind and text, empty at the end."""
        return self.tokens[self.position][:2] if self.position < len(self.tokens) else ("", "")

    def at_word(self, *words: str) -> bool:
        """Whether the next tokens are these keywords."""
        following = self.tokens[self.position : self.position + len(words)]
        return [text.upper() for kind, text, _ in following if kind == "word"] == list(words)

    def take(self, *kinds: str) -> str:
        """The next token's text, which must be of one of the kinds."""
        kind, text = self.peek()
        if kind not in kinds:
            at = self.tokens[self.position][2] if self.position < len(self.tokens) else len(self.text) + 1
            raise syntax(kind, text, at)
        self.position += 1
        return text

    def whole(self) -> int:
        """The next token as a whole number."""
        if "." in self.peek()[1]:
            self.take("never")
        return int(self.take("number"))

    def word(self, *words: str) -> bool:
        """Take the keywords if they are next."""
        if self.at_word(*words):
            self.position += len(words)
            return True
        return False

    def expect(self, word: str) -> None:
        """Take a keyword that must be next."""
        if not self.word(word):
            self.take("never")


_WORDS = ("SELECT", "FROM", "WHERE", "AND", "IN", "LIKE", "ORDERBY", "ORDER", "BY", "STARTPOSITION", "MAXRESULTS")
_KINDS = {"string": "<STRING>", "number": "<INTEGER>", "word": "<IDENTIFIER>"}


def syntax(kind: str, text: str, column: int) -> Fault:
    """4000, in the words of the vendor's parser: what was met, where, and what could have stood there."""
    if not text:
        met = '"<EOF>"'
    elif kind == "word" and text.upper() in (*_WORDS, "NULL", "OR", "NOT", "JOIN"):
        met = f'" "{text.lower()}" "{text} ""'
    elif kind in _KINDS:
        met = f'" {_KINDS[kind]} "{text} ""'
    else:
        met = f'" "{text}" "{text} ""'
    detail = f"QueryParserError: Encountered {met} at line 1, column {column}.\nWas expecting:\n    <IDENTIFIER> ..."
    return Fault("4000", "Error parsing query", detail)


def invalid(detail: str) -> Fault:
    """4001: well formed, but not to be answered."""
    return Fault("4001", "Invalid query", f"QueryValidationError: {detail}")


def parse(statement: str) -> Query:
    """Read a statement.

    Raises:
        Fault: 4000 or 4001.
    """
    tokens = _Tokens(statement)
    tokens.expect("SELECT")
    count = _projection(tokens)
    tokens.expect("FROM")
    entity = tokens.take("word")
    conditions = _conditions(tokens) if tokens.word("WHERE") else ()
    order = _order(tokens) if tokens.word("ORDERBY") or tokens.word("ORDER", "BY") else ()
    start, rows = 1, DEFAULT_ROWS
    while tokens.peek()[0]:
        if tokens.word("STARTPOSITION"):
            start = tokens.whole()
        elif tokens.word("MAXRESULTS"):
            rows = tokens.whole()
        else:
            tokens.take("never")
    if rows < 1:
        raise invalid(f"value {rows} is too small. Min allowed value is 1")
    if rows > MOST_ROWS:
        raise invalid(f"value {rows} is too large. Max allowed value is {MOST_ROWS}")
    return Query(entity, count, tuple(conditions), tuple(order), max(start, 1), rows)


def _projection(tokens: _Tokens) -> bool:
    """Whether a count is asked for; a field list is read and, as the vendor mostly does, everything is answered."""
    if tokens.word("COUNT"):
        for sign in "(*)":
            if tokens.take("sign") != sign:
                tokens.take("never")
        return True
    while True:
        tokens.take("sign", "word")
        if tokens.peek() != ("sign", ","):
            return False
        tokens.take("sign")


def _conditions(tokens: _Tokens) -> list[Condition]:
    found = [_condition(tokens)]
    while tokens.word("AND"):
        found.append(_condition(tokens))
    return found


def _condition(tokens: _Tokens) -> Condition:
    name = tokens.take("word")
    if tokens.word("IN"):
        if tokens.take("sign") != "(":
            tokens.take("never")
        values = [_value(tokens)]
        while tokens.peek() == ("sign", ","):
            tokens.take("sign")
            values.append(_value(tokens))
        if tokens.take("sign") != ")":
            tokens.take("never")
        return Condition(name, "IN", tuple(values))
    operator = "LIKE" if tokens.word("LIKE") else tokens.take("operator")
    return Condition(name, operator, (_value(tokens),))


def _value(tokens: _Tokens) -> str:
    """A value in quotes, or bare: a number, a boolean, CURRENT_DATE."""
    if tokens.peek()[0] == "word" and tokens.peek()[1].upper() not in ("TRUE", "FALSE", CURRENT_DATE):
        tokens.take("never")
    text = tokens.take("string", "number", "word")
    if text.upper() == CURRENT_DATE:
        return CURRENT_DATE
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith("'") else text


def _order(tokens: _Tokens) -> list[tuple[str, bool]]:
    found = []
    while True:
        name = tokens.take("word")
        descending = tokens.word("DESC")
        if not descending:
            tokens.word("ASC")
        found.append((name, descending))
        if tokens.peek() != ("sign", ","):
            return found
        tokens.take("sign")
