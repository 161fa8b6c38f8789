"""Makes a failing kernel small, as long as it fails the same way, and prints a test of it.

Each round tries every single simplification at once: a statement less, a construct replaced by its
body, an expression by a part of itself or a constant. All are compiled as one batch; the smallest
that still fails is where the next round begins.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Sequence

from . import runner
from .compare import Outcome
from .kernels import Case

_ROUNDS = 60
_TRIES = 120  # candidates per round, the smallest first
_CONSTANTS = ("0", "1", "1.0", "True")


def minimise(case: Case, outcome: Outcome) -> tuple[Case, Outcome]:
    """A smaller case that fails with the same verdict in the same mode, and how it fails."""
    modes = (outcome.mode,) if outcome.verdict == "wrong" else ("default", "checks")
    arguments = [outcome.arguments] if outcome.arguments else case.arguments
    best = Case(case.name, _tidy(case.source), arguments, case.loose_exact)
    found = _first_failing([best], outcome, modes)
    if found is None:
        return case, outcome
    for statements in (True, False):  # whole statements first, then parts of expressions
        for _ in range(_ROUNDS):
            best, outcome = found
            smaller = _first_failing(_candidates(best, statements), outcome, modes)
            if smaller is None:
                break
            found = smaller
    return best, outcome


def _first_failing(
    cases: Sequence[Case], wanted: Outcome, modes: Sequence[str]
) -> tuple[Case, Outcome] | None:
    named = [_renamed(case, f"k{number}") for number, case in enumerate(cases)]
    plan = runner.Plan(named.__getitem__, len(named), modes=modes, batch=30, hang=30.0)
    report = runner.run(plan)
    failures = {
        runner.number_of(outcome.name): outcome
        for outcome in [*report.failures, *report.refusals_in_full]
        if outcome.kind == wanted.kind
    }
    if not failures:
        return None
    number = min(failures)
    return cases[number], failures[number]


def _renamed(case: Case, name: str) -> Case:
    source = re.sub(rf"\b{case.name}\b", name, case.source)
    return Case(name, source, case.arguments, case.loose_exact)


def _tidy(source: str) -> str:
    return ast.unparse(ast.parse(source)) + "\n"


def _candidates(case: Case, statements: bool) -> list[Case]:
    """Every single simplification, the smallest first; those that are no smaller left out."""
    found = {}
    for source in _simplified(case.source, statements):
        if len(source) < len(case.source):
            found[source] = Case(case.name, source, case.arguments, case.loose_exact)
    for k, arguments in enumerate(case.arguments if len(case.arguments) > 1 else []):
        found[f"# {k}"] = Case(case.name, case.source, [arguments], case.loose_exact)
    for fewer in _without_parameter(case):
        found[fewer.source] = fewer
    return sorted(found.values(), key=lambda c: len(c.source) + len("".join(c.arguments)))[:_TRIES]


def _without_parameter(case: Case) -> Iterator[Case]:
    """The kernel without one of its parameters, which matters if nothing uses it."""
    tree = ast.parse(case.source)
    kernel = tree.body[-1]
    assert isinstance(kernel, ast.FunctionDef)
    for k in range(len(kernel.args.args)):
        copied = copy.deepcopy(tree)
        shorter = copied.body[-1]
        assert isinstance(shorter, ast.FunctionDef)
        name = shorter.args.args.pop(k).arg
        if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(shorter)):
            continue
        arguments = []
        for text in case.arguments:
            given = ast.parse(text, mode="eval").body
            assert isinstance(given, ast.Tuple)
            given.elts.pop(k)
            arguments.append(ast.unparse(given))
        yield Case(case.name, ast.unparse(copied) + "\n", arguments, case.loose_exact)


def _simplified(source: str, statements: bool) -> Iterator[str]:
    tree = ast.parse(source)
    places = [node for node in ast.walk(tree) if hasattr(node, "_fields")]
    hints = {id(n) for a in places if isinstance(a, ast.arguments) for n in ast.walk(a)}
    for place, node in enumerate(places):
        if id(node) in hints:
            continue
        for field, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                for k in range(len(value)):
                    yield from _without_statement(tree, place, field, k)
            elif statements:
                continue
            elif isinstance(value, ast.expr) and field not in ("annotation", "target", "func"):
                yield from _simpler_expressions(tree, place, field, None)
            elif isinstance(value, list) and field not in ("targets", "decorator_list"):
                for k in range(len(value)):
                    if isinstance(value[k], ast.expr):
                        yield from _simpler_expressions(tree, place, field, k)


def _copy(tree: ast.Module, place: int) -> tuple[ast.Module, ast.AST]:
    copied = copy.deepcopy(tree)
    nodes = [node for node in ast.walk(copied) if hasattr(node, "_fields")]
    return copied, nodes[place]


def _text(tree: ast.Module) -> Iterator[str]:
    try:
        yield ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    except (ValueError, AttributeError):
        return


def _without_statement(tree: ast.Module, place: int, field: str, k: int) -> Iterator[str]:
    copied, node = _copy(tree, place)
    block: list[ast.stmt] = getattr(node, field)
    statement = block.pop(k)
    if not block and field == "body":
        block.append(ast.Pass())
    if not (isinstance(node, ast.Module) and k == len(block)):  # the kernel itself is last
        yield from _text(copied)
    for inner in ("body", "orelse"):
        lines = getattr(statement, inner, None)
        if isinstance(statement, ast.If | ast.For | ast.While) and lines:
            copied, node = _copy(tree, place)
            block = getattr(node, field)
            block[k : k + 1] = copy.deepcopy(lines)
            yield from _text(copied)
    if getattr(statement, "orelse", None) and isinstance(statement, ast.If | ast.For | ast.While):
        copied, node = _copy(tree, place)
        getattr(node, field)[k].orelse = []
        yield from _text(copied)


def _simpler_expressions(tree: ast.Module, place: int, field: str, k: int | None) -> Iterator[str]:
    def replaced(new: ast.expr) -> Iterator[str]:
        copied, node = _copy(tree, place)
        if k is None:
            setattr(node, field, new)
        else:
            getattr(node, field)[k] = new
        return _text(copied)

    _, node = _copy(tree, place)
    value: ast.expr = getattr(node, field) if k is None else getattr(node, field)[k]
    if isinstance(value, ast.Constant):
        return
    for part in ast.walk(value):
        if part is not value and isinstance(part, ast.expr) and not _is_function(part):
            yield from replaced(part)
    for constant in _CONSTANTS:
        yield from replaced(ast.parse(constant, mode="eval").body)
    if isinstance(value, ast.Tuple) and len(value.elts) > 1:
        for element in range(len(value.elts)):
            fewer = [part for n, part in enumerate(value.elts) if n != element]
            yield from replaced(ast.Tuple(fewer, ast.Load()))


def _is_function(node: ast.expr) -> bool:
    """np, nm.f8 and the like, which are no values."""
    text = ast.unparse(node)
    return text in ("np", "nm", "math") or bool(re.fullmatch(r"(np|nm|math)\.\w+", text))


def shown(case: Case, outcome: Outcome) -> str:
    """A test to paste, with what was expected and what came."""
    kernel = _renamed(case, "kernel")
    source = re.sub(r"^def kernel\(", "@nm.jit\ndef kernel(", kernel.source, flags=re.MULTILINE)
    modes = f", modes=({outcome.mode!r},)" if outcome.verdict == "wrong" else ""
    lines = [source.rstrip(), "", ""]
    lines.append("def test_kernel() -> None:")
    arguments = outcome.arguments or case.arguments[0]
    lines.append(f"    same_as_python(kernel, *{arguments}{modes})")
    lines += [f"    # {line}" for line in outcome.detail.splitlines()]
    return "\n".join(lines)
