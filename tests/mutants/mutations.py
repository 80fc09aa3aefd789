"""Small changes to Python source, each of which some test should notice."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_OTHER_COMPARISON: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OTHER_OPERATOR: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
}
_REMOVED = (ast.Expr, ast.AugAssign, ast.Assign, ast.Raise, ast.Continue, ast.Break, ast.Delete)
_UNTOUCHED_DECORATORS = ("dataclass", "lru_cache", "overload")
_UNTOUCHED_NAMES = {"TYPE_CHECKING", "__all__", "__name__"}


class Mutation(NamedTuple):
    """``source[start:end]``, counted in bytes of UTF-8, becomes ``text``; ``line`` is its line."""

    line: int
    start: int
    end: int
    text: str

    def applied(self, source: str) -> str:
        """The source with the change made."""
        content = source.encode()
        return (content[: self.start] + self.text.encode() + content[self.end :]).decode()


def mutations(source: str) -> list[Mutation]:
    """All mutations of a module, in the order of the source.

    Comparisons and conditions are turned, ``and`` and ``or`` and operators exchanged, whole numbers
    moved by one, statements removed, values returned as None. Annotations, docstrings, what only
    the type checker reads, and sizes of caches and batches are left alone.
    """
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = {}
    for node, text in _changes(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        found[Mutation(node.lineno, start, end, text)] = None
    return sorted(found)


def _changes(node: ast.AST) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    """The nodes to be replaced, each with its replacement."""
    if _is_size(node):
        return
    if isinstance(node, ast.stmt):
        yield from _of_statement(node)
    elif isinstance(node, ast.expr):
        yield from _of_expression(node)
    for child in _children(node):
        yield from _changes(child)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.JoinedStr):  # Python 3.11 does not say where its parts stand
        return
    if isinstance(node, ast.If) and _names(node.test) & _UNTOUCHED_NAMES:
        return
    skipped = {"annotation", "returns"}
    for name, value in ast.iter_fields(node):
        if name in skipped:
            continue
        for child in value if isinstance(value, list) else [value]:
            is_decorator = name == "decorator_list"
            if is_decorator and _names(child) & set(_UNTOUCHED_DECORATORS):
                continue
            if isinstance(child, ast.AST):
                yield child


def _of_statement(node: ast.stmt) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    if isinstance(node, ast.If | ast.While) and not _names(node.test) & _UNTOUCHED_NAMES:
        yield node.test, _negated(node.test)
    elif isinstance(node, ast.Return) and node.value and not _is_false(node.value):
        yield node, "return None"
    elif isinstance(node, _REMOVED) and _matters(node):
        yield node, "pass"
    elif isinstance(node, ast.Assert):
        return


def _matters(node: ast.stmt) -> bool:
    """Whether a statement does something, other than to name a value that is used later."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.Assign(targets=targets):
            return all(isinstance(one, ast.Attribute | ast.Subscript) for one in targets)
        case _:
            return True


def _of_expression(node: ast.expr) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    match node:
        case ast.Compare(ops=[operator]):
            yield node, _with(node, ops=[_OTHER_COMPARISON[type(operator)]()])
        case ast.BoolOp(op=operator):
            yield node, _with(node, op=ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.BinOp(op=operator) if type(operator) in _OTHER_OPERATOR and not _is_text(node):
            yield node, _with(node, op=_OTHER_OPERATOR[type(operator)]())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, f"({ast.unparse(operand)})"
        case ast.IfExp(test=test):
            yield test, _negated(test)
        case ast.Constant(value=bool() as value):
            yield node, str(not value)
        case ast.Constant(value=int() as value):
            yield node, str(value + 1)
            yield node, f"({value - 1})" if value < 1 else str(value - 1)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            for test in (test for one in node.generators for test in one.ifs):
                yield test, _negated(test)


def _with(node: ast.expr, **changed: object) -> str:
    other = copy.copy(node)
    for name, value in changed.items():
        setattr(other, name, value)
    return f"({ast.unparse(other)})"


def _negated(test: ast.expr) -> str:
    return f"(not ({ast.unparse(test)}))"


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value


def _is_text(node: ast.BinOp) -> bool:
    """Whether an operand is a text, which no other operator takes."""
    sides = (node.left, node.right)
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str | bytes))
        for side in sides
    )


def _is_size(node: ast.AST) -> bool:
    """Whether a node is 1 << 14: the size of a cache or of a batch, on which no result depends."""
    match node:
        case ast.BinOp(ast.Constant(), ast.LShift(), ast.Constant()):
            return True
        case _:
            return False


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
