"""Liveness: which names a run-time `if` or loop has to merge, and where control may jump away.

A name that a construct binds is merged after it only if it may be read later, and carried around a
loop only if an iteration may read what an earlier one bound: temporaries of a body cost nothing.
Sets of names are bit masks, one bit per name of the function. Each statement is looked at twice:
once for what a loop body reads before it binds it, once for what is live after each construct.
Names that inner functions, lambdas or generators see are live everywhere.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ._trace import placed
from .staging_marks import BREAK, CONTINUE, RAISE, RETURN
from .staging_names import DECLARING, FUNCTIONS, LEAVES, all_children, bindings, declare
from .staging_nodes import call, load, when

_SCOPES = (*FUNCTIONS, ast.Lambda, ast.GeneratorExp)
_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp})
_TRIES = (ast.Try, ast.TryStar)
_FORS, _WITHS, _LOOPS = (ast.For, ast.AsyncFor), (ast.With, ast.AsyncWith), (ast.For, ast.While)
_TESTS = (ast.If, ast.While)


class Info(NamedTuple):
    """What one statement does with the names of its function.

    loads, stores: by its own expressions; bound: by all of it; jumps: the kinds of jump out of it.
    """

    loads: int
    stores: int
    bound: int
    jumps: int
    calls: bool


class _Way(NamedTuple):
    """What is live where a statement may jump to."""

    break_: int = 0
    continue_: int = 0
    return_: int = 0
    except_: int = 0


class _Names:
    """Collects the loads and stores of expressions."""

    __slots__ = ("calls", "loads", "stores")

    def __init__(self) -> None:
        self.loads = self.stores = 0
        self.calls = False


class _Bits(dict[str, int]):
    """A bit for every name that is asked for."""

    def __missing__(self, name: str) -> int:
        found = self[name] = 1 << len(self)
        return found


class Liveness:
    """The facts about one function body.

    merged: for each `if` and loop the masks of the names that it merges: of an `if` those needed
    after it, and those needed in its `else` as they were before it; of a loop those needed where
    an iteration begins, in its `else`, and after it. info: what each statement does; nonlocals:
    the names that inner functions declare nonlocal; anything: all merged names. bound, global_,
    nonlocal_, yields: what `staging_names.bindings` says of the body, found on the same way. bits:
    of all names that occur, until `solve` is told which of them are the function's: `visible`.
    """

    def __init__(self, body: Sequence[ast.stmt]) -> None:
        self.bits: dict[str, int] = _Bits()
        self.visible = 0
        self.bound: set[str] = set()
        self.global_: set[str] = set()
        self.nonlocal_: set[str] = set()
        self.yields = False
        self.info: dict[ast.stmt, Info] = {}
        self.merged: dict[ast.stmt, tuple[int, ...]] = {}
        self.anything = 0
        self.nonlocals: set[str] = set()
        self.nested_return = False
        self.controls = False  # has it a statement that a flow is needed for
        self.deleted = 0  # somewhere in the function
        self._cells = 0
        self._exposed: dict[ast.stmt, tuple[int, int]] = {}
        self._named: dict[int, list[str]] = {}
        self._recording = False
        for statement in _expanded(body):
            self._scan(statement, 0)

    def solve(
        self, body: Sequence[ast.stmt], own: set[str], outside: set[str], shared: Iterable[str]
    ) -> None:
        """Fill `merged`, for the function's own names and those from outside, which others read.

        The names of `shared` change in whatever is called.
        """
        self.bits = {name: self.bits[name] for name in sorted(own | outside)}
        self.visible = sum(self.bits.values())
        for name in outside:
            self._cells |= self.bits[name]
        self._shared = 0
        for name in shared:
            self._shared |= self.bits.get(name, 0)
        self._recording = True
        self._block(body, self._cells, _Way())

    def names(self, mask: int) -> list[str]:
        """The names of a mask, sorted."""
        found = self._named.get(mask)
        if found is None:
            found = [name for name, bit in self.bits.items() if mask & bit] if mask else []
            self._named[mask] = found
        return list(found)

    # -- what one statement does ------------------------------------------------------------------

    def _binds(self, node: ast.AST) -> None:
        """Take in what a piece of syntax with names of its own binds outside of it."""
        inner = bindings([node])
        self.bound |= inner.bound
        self.yields |= inner.yields

    def _walk(self, nodes: Iterable[ast.AST | None], found: _Names, outermost: bool = True) -> None:
        """Take in the names of expressions; those of inner scopes are cells.

        outermost: what is bound here is bound in the function.
        """
        bits = self.bits
        todo = [node for node in nodes if node is not None]
        while todo:
            node = todo.pop()
            kind = type(node)
            if kind is ast.Name:
                name: str = node.id  # type: ignore[attr-defined]
                bit, context = bits[name], type(node.ctx)  # type: ignore[attr-defined]
                if context is not ast.Store:
                    found.loads |= bit
                if context is not ast.Load:
                    found.stores |= bit
                    if outermost:
                        self.bound.add(name)
                continue
            if kind in LEAVES:
                continue
            if kind in _SCOPES:
                if outermost:
                    self._binds(node)
                self._inner(node)
                continue
            if kind is ast.Call:
                found.calls = True
            elif kind in DECLARING:
                if outermost:
                    self.yields |= declare(node, self.bound, self.global_, self.nonlocal_)
                if kind in _BINDING:
                    one = _bound_name(node)
                    found.stores |= bits[one] if one else 0
            elif outermost and kind in _COMPREHENSIONS:
                self._binds(node)
                self._walk(ast.iter_child_nodes(node), found, False)
                continue
            for value in all_children[kind](node):
                if type(value) is list:
                    todo += [item for item in value if isinstance(item, ast.AST)]
                elif isinstance(value, ast.AST):
                    todo.append(value)

    def _inner(self, scope: ast.AST) -> None:
        """Every name in an inner scope may be read whenever it is called."""
        for node in ast.walk(scope):
            if isinstance(node, ast.Name):
                self._cells |= self.bits[node.id]
            elif isinstance(node, ast.Nonlocal):
                self.nonlocals.update(node.names)

    def _scan(self, node: ast.stmt, depth: int) -> Info:
        kind = type(node)
        found = _Names()
        parts: list[Sequence[ast.stmt]] = []
        jumps = 0
        if kind is ast.Return:
            jumps = RETURN
            self.nested_return |= depth > 0
        elif kind in _JUMPS:
            jumps = _JUMPS[kind]
            self.controls |= kind is ast.Raise
        elif isinstance(node, ast.Assert):
            self.controls = True
            if isinstance(node.test, ast.Constant) and not node.test.value:
                jumps = RAISE
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self.deleted |= self.bits[target.id] if isinstance(target, ast.Name) else 0
        if kind in _COMPOUND:
            self.controls |= kind in (ast.If, ast.For, ast.While)
            parts = self._headers(node, found)
        elif isinstance(node, FUNCTIONS):
            found.stores |= self.bits[node.name]
            self._binds(node)
            self._walk(node.decorator_list, found, False)
            self._walk([*node.args.defaults, *node.args.kw_defaults], found, False)
            self._inner(node)
        elif isinstance(node, ast.ClassDef):
            self._binds(node)
            self._walk([node], found, False)
            found.loads |= found.stores
            found.stores = self.bits[node.name]
            self._inner(node)
        else:
            self._walk([node], found)
            if kind is ast.AugAssign:
                found.loads |= found.stores
        return self._whole(node, found, parts, jumps, depth)

    def _whole(
        self,
        node: ast.stmt,
        found: _Names,
        parts: list[Sequence[ast.stmt]],
        jumps: int,
        depth: int,
    ) -> Info:
        bound, calls = found.stores, found.calls
        for place, part in enumerate(parts):
            inside = 0
            for statement in _expanded(part):
                info = self._scan(statement, depth + 1)
                bound |= info.bound
                calls |= info.calls
                inside |= info.jumps
            if place == 0 and isinstance(node, _LOOPS):
                setattr(node, "own_jumps", inside)  # noqa: B010
                inside &= ~(BREAK | CONTINUE)
            jumps |= inside
        made = self.info[node] = Info(found.loads, found.stores, bound, jumps, calls)
        return made

    def _headers(self, node: ast.stmt, found: _Names) -> list[Sequence[ast.stmt]]:
        """The blocks of a compound statement; its own expressions go to `found`."""
        if isinstance(node, _TESTS):
            self._walk([node.test], found)
            return [node.body, node.orelse]
        if isinstance(node, _FORS):
            self._walk([node.iter, node.target], found)
            return [node.body, node.orelse]
        if isinstance(node, _WITHS):
            self._walk(node.items, found)
            return [node.body]
        if isinstance(node, ast.Match):
            self._walk([node.subject, *(case.pattern for case in node.cases)], found)
            self._walk([case.guard for case in node.cases], found)
            return [case.body for case in node.cases]
        assert isinstance(node, _TRIES)
        for handler in node.handlers:
            self._walk([handler.type], found)
            if handler.name:
                self.bound.add(handler.name)
                found.stores |= self.bits[handler.name]
                self.deleted |= self.bits[handler.name]
        handlers = [handler.body for handler in node.handlers]
        return [node.body, *handlers, node.orelse, node.finalbody]

    # -- what is live -----------------------------------------------------------------------------

    def _block(self, body: Sequence[ast.stmt], out: int, way: _Way) -> int:
        for statement in reversed(body):
            out = self._live(statement, out, way) | way.except_
        return out

    def _live(self, node: ast.stmt, out: int, way: _Way) -> int:
        """What is live before a statement, given what is live after it."""
        info = self.info[node]
        kind = type(node)
        if kind in _COMPOUND:
            return self._compound(node, info, out, way)
        if kind is ast.Return:
            return info.loads | way.return_
        if kind is ast.Break:
            return way.break_
        if kind is ast.Continue:
            return way.continue_
        if kind is ast.Raise:
            return info.loads | way.except_
        return info.loads | (out & ~info.stores)

    def _compound(self, node: ast.stmt, info: Info, out: int, way: _Way) -> int:
        if isinstance(node, ast.If):
            after = self._block(node.body, out, way)
            other = self._block(node.orelse, out, way) if node.orelse else out
            self._record(node, info, out, other if node.orelse else 0)
            return info.loads | after | other
        if isinstance(node, _LOOPS):
            return self._loop(node, info, out, way)
        if isinstance(node, _WITHS):
            return info.loads | out | self._block(node.body, out, way)
        if isinstance(node, ast.Match):
            inside = out
            for case in node.cases:
                inside |= self._block(case.body, out, way)
            return info.loads | inside
        if isinstance(node, _TRIES):
            final = self._block(node.finalbody, out, way)
            way = _Way(*(mask | (final if node.finalbody else 0) for mask in way))
            caught = 0
            for handler in node.handlers:
                caught |= self._block(handler.body, final, way)
            after = self._block(node.orelse, final, way)
            inner = way._replace(except_=way.except_ | caught | final)
            return info.loads | caught | final | self._block(node.body, after, inner)
        return info.loads | out | info.bound  # async for: refused as a whole

    def _loop(self, node: ast.For | ast.While, info: Info, out: int, way: _Way) -> int:
        other = self._block(node.orelse, out, way) if node.orelse else out
        exposed, leaving = self._exposed_in(node)
        head = exposed | other | info.loads | (out & leaving)
        if self._recording:
            self._record(node, info, head, other, out)
            self._block(node.body, head, _Way(out, head, way.return_, way.except_))
        return info.loads | head | out | way.return_

    def _exposed_in(self, node: ast.For | ast.While) -> tuple[int, int]:
        """What an iteration may read of what was bound before it, and what it may leave so as it
        ends the loop by a `break`: without an `else` all of that is live after the loop anyway."""
        found = self._exposed.get(node)
        if found is None:
            recording, self._recording = self._recording, False
            exposed, leaving = self._block(node.body, 0, _Way()), 0
            if node.orelse and getattr(node, "own_jumps", 0) & BREAK:
                leaving = self._block(node.body, 0, _Way(break_=-1))
            self._recording = recording
            if isinstance(node, ast.For):
                targets = _stored(node.target, self.bits)
                exposed, leaving = exposed & ~targets, leaving & ~targets
            found = self._exposed[node] = exposed, leaving
        return found

    def _record(self, node: ast.If | ast.For | ast.While, info: Info, *live: int) -> None:
        if not self._recording:
            return
        bound = info.bound
        if isinstance(node, ast.If):  # what the test binds is bound before the `if`
            bound = 0
            for statement in (*node.body, *node.orelse):
                bound |= self.info[statement].bound
        always = bound & self._cells
        if info.calls:
            always |= self._shared
        self.merged[node] = masks = tuple(bound & mask | always for mask in live)
        for mask in masks:
            self.anything |= mask


def _expanded(body: Sequence[ast.stmt]) -> Sequence[ast.stmt]:
    """The block, where `assert t, m` is a branch: what shows a message is done if it is shown."""
    assert isinstance(body, list)
    for place, node in enumerate(body):
        if type(node) is ast.Assert and node.msg and type(node.msg) is not ast.Constant:
            error = call(load("AssertionError", node), [node.msg], node)
            raised = placed(ast.Raise, node, error, None)
            body[place] = when(placed(ast.UnaryOp, node, ast.Not(), node.test), [raised], node)
    return body


def _stored(target: ast.expr, bits: dict[str, int]) -> int:
    mask = 0
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            mask |= bits.get(node.id, 0)
    return mask


def _bound_name(node: ast.AST) -> str | None:
    if isinstance(node, ast.alias):
        return (node.asname or node.name).partition(".")[0]
    if isinstance(node, ast.MatchMapping):
        return node.rest
    return node.name  # type: ignore[attr-defined,no-any-return]


_JUMPS = {ast.Break: BREAK, ast.Continue: CONTINUE, ast.Raise: RAISE}
_BINDING = frozenset({ast.alias, ast.MatchAs, ast.MatchStar, ast.MatchMapping})
_COMPOUND = frozenset(
    {ast.If, ast.For, ast.While, ast.With, ast.Match, ast.AsyncFor, ast.AsyncWith, *_TRIES}
)
