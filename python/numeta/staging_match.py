"""`match` statements that are chains of comparisons, written as `if` statements.

A subject that is known at run time can be compared, and nothing else: by constants and dotted
names, None, True and False, several of these with `|`, names that take the subject and `_`, and a
tuple that is written out by tuples of such. Each subject is evaluated once, into a name of its own.
A `match` with any other pattern stays as it is, and is Python's, for compile-time subjects.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ._trace import placed
from .staging_marks import PREFIX
from .staging_nodes import assign_one, constant, load

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def write_matches_as_ifs(body: list[ast.stmt], names: Iterator[int]) -> None:
    """In place, in all blocks of one function; `names` numbers the names of subjects."""
    made: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, _SCOPES):
            made.append(statement)
            continue
        for block in _blocks(statement):
            write_matches_as_ifs(block, names)
        if isinstance(statement, ast.Match):
            made += _as_ifs(statement, names)
        else:
            made.append(statement)
    body[:] = made


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if block:
            yield block
    for inner in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield inner.body


def _as_ifs(node: ast.Match, names: Iterator[int]) -> list[ast.stmt]:
    wide = isinstance(node.subject, ast.Tuple)
    items = list(node.subject.elts) if isinstance(node.subject, ast.Tuple) else [node.subject]
    if any(isinstance(item, ast.Starred) for item in items):
        return [node]
    if not all(_is_chain(case.pattern, len(items) if wide else -1) for case in node.cases):
        return [node]
    subjects = [f"{PREFIX}_subject_{next(names)}__" for _ in items]
    made: list[ast.stmt] = [
        assign_one(name, item, item) for name, item in zip(subjects, items, strict=True)
    ]
    return made + _chain(node.cases, subjects, wide)


def _is_chain(pattern: ast.pattern, width: int) -> bool:
    """Whether a pattern compares, or takes, the subject; `width` of a tuple, or -1."""
    if isinstance(pattern, ast.MatchAs):
        return pattern.pattern is None and (pattern.name is None or width < 0)
    if width >= 0:
        return (
            isinstance(pattern, ast.MatchSequence)
            and len(pattern.patterns) == width
            and all(_is_chain(inner, -1) for inner in pattern.patterns)
        )
    if isinstance(pattern, ast.MatchOr):
        return all(isinstance(p, ast.MatchValue | ast.MatchSingleton) for p in pattern.patterns)
    return isinstance(pattern, ast.MatchValue | ast.MatchSingleton)


def _chain(cases: Sequence[ast.match_case], subjects: list[str], wide: bool) -> list[ast.stmt]:
    """The cases from the first on: it, or else the others."""
    if not cases:
        return []
    case, pattern = cases[0], cases[0].pattern
    parts = pattern.patterns if wide and isinstance(pattern, ast.MatchSequence) else [pattern]
    tests: list[ast.expr] = []
    taken: list[ast.stmt] = []
    for part, name in zip(parts, subjects, strict=len(parts) > 1):
        if not isinstance(part, ast.MatchAs):
            tests.append(_test(part, name))
        elif part.name is not None:
            taken.append(assign_one(part.name, load(name, part), part))
    inside = case.body
    others = _chain(cases[1:], subjects, wide)
    if case.guard is not None and not taken:
        tests.append(case.guard)
    elif case.guard is not None:
        # Names are taken before the guard is asked; where it fails the others have their turn.
        failed = f"{subjects[0][:-2]}_fails__"
        inside = [_if(case.guard, [assign_one(failed, constant(False, pattern), pattern)], [])]
        first = assign_one(failed, constant(True, pattern), pattern)
        matched = _if(_all(tests, pattern), [*taken, *inside], [])
        chosen = _if(load(failed, pattern), others or [placed(ast.Pass, pattern)], case.body)
        return [first, matched, chosen]
    if not tests:
        return [*taken, *inside]
    return [_if(_all(tests, pattern), [*taken, *inside], others)]


def _if(test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> ast.stmt:
    return placed(ast.If, test, test, body, orelse)


def _all(tests: list[ast.expr], like: ast.AST) -> ast.expr:
    if not tests:
        return constant(True, like)
    return tests[0] if len(tests) == 1 else placed(ast.BoolOp, tests[0], ast.And(), tests)


def _test(pattern: ast.pattern, name: str) -> ast.expr:
    if isinstance(pattern, ast.MatchOr):
        tests = [_test(inner, name) for inner in pattern.patterns]
        return placed(ast.BoolOp, pattern, ast.Or(), tests)
    if isinstance(pattern, ast.MatchSingleton):
        value: ast.expr = constant(pattern.value, pattern)
        return placed(ast.Compare, pattern, load(name, pattern), [ast.Is()], [value])
    assert isinstance(pattern, ast.MatchValue)
    return placed(ast.Compare, pattern, load(name, pattern), [ast.Eq()], [pattern.value])
