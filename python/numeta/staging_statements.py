"""The transformation of a kernel's statements: control flow becomes calls of a flow (control.py).

NAMES are those that staging_live.py says have to be merged; `F` is the function's flow, its first
statement `F = __numeta__.flow(NESTED_RETURNS)`. What a statement does is Python's own where its
condition is known at compile time; `k.then`, `L.items` and so on are then plain attributes.

    if t: A          if (k := F.branch(t, (NAMES, NAMES_OF_ELSE))).then: A
    else: B          if k.otherwise:
                         for a, b in k.restores: break
                         B
                     for a, b in k.merges: break
    for x in it: A   for x in (L := F.loop(it, (NUMBER, NAMES, TARGETS, USES, FLAGS, "x"))).items:
    else: B              for a, b in L.enters: break
                         A
                     if L.runs_else:
                         for a, b, x in L.exhausts: break
                         B
                     for a, b, x in L.merges: break
    while t: A       W = F.loop_while((NUMBER, NAMES, USES, FLAGS))
                     while W.passes:
                         for a, b in W.enters: break
                         if W.skips(t): continue
                         A
    break            if F.breaks(L): break           continue likewise
    return v         if F.returns(v): return F.value (F.result(v) outside of other statements)
    raise e          if F.raises(e): raise F.error
    assert t, m      if (k := F.asserts(t)).fails and k.fail(m): raise F.error

What follows a statement that may jump away stands below `if F.alive:`. A loop that ends with its
first `break` binds names where there is anything to bind, and does not where there is not.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from ._trace import placed
from .staging_ast import EVERYTHING, VISITORS, Expressions, Scope, visitors
from .staging_live import Liveness
from .staging_marks import BREAK, ELSE, FLOW, HOOKS, SIMPLE, USES
from .staging_match import write_matches_as_ifs
from .staging_names import bindings, parameters, target_names, unpacking
from .staging_nodes import (
    STORE,
    assign_one,
    attribute,
    bind,
    constant,
    hook,
    load,
    member,
    method,
    rebind,
    statement,
    when,
)

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Transformer(Expressions):
    """Transforms one function in place; see the module and staging_ast.py."""

    def __init__(self, outer_cells: frozenset[str], class_name: str, catches: bool = False) -> None:
        super().__init__(outer_cells, class_name)
        self._catches = catches
        self._loops: list[str] = []  # the names of the loop objects around; "" for Python's own
        self._depth = 0  # of compound statements
        self._bound: list[set[str]] = []
        self._subjects = count(1)

    # -- functions and blocks -----------------------------------------------------------------

    def function(self, node: _Function | ast.Lambda) -> None:
        """Transform the body of `node`; its defaults and decorators belong to the scope around."""
        if isinstance(node, ast.Lambda):
            self.lambda_(node)
            return
        write_matches_as_ifs(node.body, self._subjects)
        live = Liveness(node.body)
        own = (parameters(node.args) | live.bound) - live.global_ - live.nonlocal_
        if not self._scopes:
            self.refusal = _refusal_of(node, live.yields)
        outside = set().union(*(scope.shared for scope in self._functions)) - own
        scope = Scope("function", own)
        scope.live = live
        scope.shared = live.nonlocals & own
        live.solve(node.body, own, live.nonlocal_ | outside, scope.shared | outside)
        scope.flows = not live.yields and isinstance(node, ast.FunctionDef)
        scope.has_flow = scope.flows and (live.controls or live.nested_return)
        for name in parameters(node.args) | live.nonlocal_ | outside:
            scope.assigned |= live.bits.get(name, 0)
        saved = self._loops, self._depth, self._no_walrus, self._generator
        self._loops, self._depth, self._no_walrus, self._generator = [], 0, 0, live.yields
        self._scopes.append(scope)
        self._functions.append(scope)
        self._bound.append(live.bound)
        changed = outside & set(live.names(live.anything)) - live.nonlocal_
        self._function_body(node, scope, sorted(changed))
        self._bound.pop()
        self._functions.pop()
        self._scopes.pop()
        self._loops, self._depth, self._no_walrus, self._generator = saved

    def _function_body(self, node: _Function, scope: Scope, changed: list[str]) -> None:
        assert scope.live is not None
        first, last, given = node.body[0], node.body[-1], scope.assigned
        body = self._block(node.body)
        if scope.has_flow:
            nested = scope.live.nested_return
            start = 1 if ast.get_docstring(node, False) is not None else 0
            if nested and self._catches:
                body[start:] = _caught(body[start:], attribute(FLOW, "block", first))
            if not isinstance(body[-1], ast.Return):
                value = method(FLOW, "result", last, constant(None, last))
                body.append(placed(ast.Return, last, value))
            flow = assign_one(FLOW, hook("flow", first, constant(nested, first)), first)
            body.insert(start, flow)
        doubted = scope.live.names(scope.doubted & ~given)
        if doubted:
            stored: list[ast.expr] = [placed(ast.Name, first, name, STORE) for name in doubted]
            body.insert(0, placed(ast.Assign, first, stored, attribute(HOOKS, "unbound", first)))
        if changed:
            body.insert(0, placed(ast.Nonlocal, first, changed))
        node.body = body

    def _block(self, body: Sequence[ast.stmt], start: int = 0) -> list[ast.stmt]:
        """Transform statements; those after one that may jump away run only if it did not."""
        result: list[ast.stmt] = []
        scope = self._scopes[-1]
        live = scope.live if scope.flows else None
        inner = len(self._functions) > 1
        for k in range(start, len(body)):
            node = body[k]
            info = live.info[node] if live is not None else None
            new = self.visit(node)
            if type(new) is list:
                result += new
            else:
                result.append(new)
            if info is None or live is None:
                continue
            jumps = info.jumps
            if inner and not jumps:
                stores = info.stores & live.visible
                if stores and stores == info.bound & live.visible:
                    result += self._rebound(node, stores)
            if jumps and k + 1 < len(body):
                rest = self._block(body, k + 1)
                result.append(when(attribute(FLOW, "alive", body[k + 1]), rest, body[k + 1]))
                break
        return result

    def _rebound(self, node: ast.stmt, mask: int) -> list[ast.stmt]:
        """After assignments to names of a function around: a run-time construct may miss them."""
        scope = self._scopes[-1]
        assert scope.live is not None
        outer = set().union(*(other.shared for other in self._functions[:-1])) - scope.own
        if not outer:
            return []
        names = [name for name in scope.live.names(mask) if name in outer]
        return [statement(hook("rebound", node, constant(n, node)), node) for n in names]

    def _inside(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        self._depth += 1
        result = self._block(body)
        self._depth -= 1
        return result

    def _arms(self, *bodies: Sequence[ast.stmt]) -> list[list[ast.stmt]]:
        """Blocks of which one runs; what is assigned after them is assigned in each."""
        scope = self._scopes[-1]
        before, after = scope.assigned, EVERYTHING
        made = []
        for body in bodies:
            scope.assigned = before
            made.append(self._inside(body))
            after &= scope.assigned
        scope.assigned = after
        return made

    def _merged(self, node: ast.stmt) -> tuple[Liveness, tuple[int, ...]]:
        live = self._scopes[-1].live
        assert live is not None
        return live, live.merged[node]

    def _inner_function(self, node: _Function) -> ast.AST:
        node.decorator_list = [self.visit(d) for d in node.decorator_list]
        self.defaults(node.args)
        self.function(node)
        self._assigned(node.name)
        return node

    visit_FunctionDef = _inner_function
    visit_AsyncFunctionDef = _inner_function

    def _assigned(self, name: str) -> None:
        scope = self._scopes[-1]
        if scope.live is not None:
            scope.assigned |= scope.live.bits.get(name, 0)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.decorator_list = [self.visit(d) for d in node.decorator_list]
        node.bases = [self.visit(b) for b in node.bases]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        saved = self._loops, self._class_name
        self._loops, self._class_name = [], node.name
        # A name that a class body binds is not visible in its methods, where it may be captured.
        self._scopes.append(Scope("class", set()))
        self._no_walrus += 1
        node.body = self._block(node.body)
        self._no_walrus -= 1
        self._scopes.pop()
        self._loops, self._class_name = saved
        self._assigned(node.name)
        return node

    # -- simple statements ----------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        shapes = tuple(map(unpacking, node.targets))
        literal = isinstance(node.value, ast.Tuple | ast.List)
        nested = any(shape is not None and any(shape[1]) for shape in shapes)
        node.value = self.visit(node.value)
        node.targets = [self.visit(target) for target in node.targets]
        if not any(shapes) or (literal and not nested):
            return node
        if len(shapes) == 1:
            node.value = hook("unpack", node, node.value, constant(shapes[0], node))
        else:  # to a tuple of the targets, a value for each
            node.value = hook("unpack_each", node, node.value, constant(shapes, node))
            node.targets = [placed(ast.Tuple, node, node.targets, ast.Store())]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.value = node.value and self.visit(node.value)
        if node.value is not None or not isinstance(node.target, ast.Name):
            node.target = self.visit(node.target)  # a local annotation is never evaluated
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        target = node.target
        checks: list[ast.stmt] = []
        if isinstance(target, ast.Name):
            checks = self._augmented_name(target)
        elif isinstance(target, ast.Attribute) and _plain(target.value):
            base = self.visit(_copy(target.value))
            attr = constant(self.mangled(target.attr), node)
            checks = [statement(hook("augmented", node, base, attr), node)]
        elif isinstance(target, ast.Subscript) and _plain(target.value) and _plain(target.slice):
            base = self.visit(_copy(target.value))
            check = hook("augmented_item", node, base, self.visit(_copy(target.slice)))
            checks = [statement(check, node)]
        node.value = self.visit(node.value)
        node.target = self.visit(target)
        return [*checks, node]

    def _augmented_name(self, target: ast.Name) -> list[ast.stmt]:
        name = target.id
        if not self.is_local(name):
            return []
        checks: list[ast.stmt] = []
        if self.is_doubtful(name):
            value = hook("name_", target, load(name, target), constant(name, target))
            checks.append(assign_one(name, value, target))
        checks.append(statement(hook("augmented_name", target, load(name, target)), target))
        return checks

    def visit_Delete(self, node: ast.Delete) -> list[ast.stmt]:
        checks: list[ast.stmt] = []
        for target in node.targets:
            if isinstance(target, ast.Name) and self.is_doubtful(target.id):
                value = hook("name_", node, load(target.id, node), constant(target.id, node))
                checks.append(statement(value, node))
        node.targets = [self.visit(target) for target in node.targets]
        scope = self._scopes[-1]
        for name in [t.id for t in node.targets if isinstance(t, ast.Name)] if scope.flows else ():
            checks.append(assign_one(name, attribute(HOOKS, "unbound", node), node))
        kept = [t for t in node.targets if not (scope.flows and isinstance(t, ast.Name))]
        node.targets = kept
        return [*checks, node] if kept else checks

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> ast.AST:
        for alias in node.names:
            self._assigned((alias.asname or alias.name).partition(".")[0])
        return node

    visit_ImportFrom = visit_Import

    def visit_Global(self, node: ast.Global) -> ast.AST | list[ast.stmt]:
        bound = [name for name in node.names if self._bound and name in self._bound[-1]]
        return self._declared(node, "global_", bound)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.AST | list[ast.stmt]:
        outer = [n for n in node.names if n in self.outer_cells and not self.is_local(n)]
        return self._declared(node, "nonlocal_", outer)

    def _declared(self, node: ast.stmt, name: str, names: list[str]) -> ast.AST | list[ast.stmt]:
        if not names:
            return node
        return [node, statement(hook(name, node, *(constant(n, node) for n in names)), node)]

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        test = self.truth(node.test)
        scope = self._scopes[-1]
        before = scope.assigned
        message = node.msg and self.visit(node.msg)
        scope.assigned = before
        if isinstance(node.test, ast.Constant) and not node.test.value:
            scope.assigned = EVERYTHING
        if not scope.flows:
            node.test, node.msg = test, message
            return node
        name = self.number()
        made = bind(name, method(FLOW, "asserts", node, test), node)
        fails = member(made, "fails", node)
        fail = method(name, "fail", node, *([message] if message else []))
        raised = placed(ast.Raise, node, attribute(FLOW, "error", node), None)
        return when(placed(ast.BoolOp, node, ast.And(), [fails, fail]), [raised], node)

    # -- jumps ------------------------------------------------------------------------------------

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        exc, cause = node.exc and self.visit(node.exc), node.cause and self.visit(node.cause)
        scope = self._scopes[-1]
        scope.assigned = EVERYTHING
        node.exc, node.cause = exc, cause
        if exc is None or not scope.flows:
            return node
        arguments = [exc, cause] if cause else [exc]
        node.exc = attribute(FLOW, "error", node)
        node.cause = cause and attribute(FLOW, "cause", node)
        return when(method(FLOW, "raises", node, *arguments), [node], node)

    def visit_Return(self, node: ast.Return) -> ast.AST:
        scope = self._scopes[-1]
        node.value = node.value and self.visit(node.value)
        scope.assigned = EVERYTHING
        if not scope.has_flow or scope.live is None or not scope.live.nested_return:
            return node
        value = node.value or constant(None, node)
        if self._depth == 0:
            node.value = method(FLOW, "result", node, value)
            return node
        node.value = attribute(FLOW, "value", node)
        return when(method(FLOW, "returns", node, value), [node], node)

    def _jump(self, node: ast.Break | ast.Continue, name: str) -> ast.AST:
        scope = self._scopes[-1]
        scope.assigned = EVERYTHING
        if not self._loops or not self._loops[-1]:
            return node
        return when(method(FLOW, name, node, load(self._loops[-1], node)), [node], node)

    def visit_Break(self, node: ast.Break) -> ast.AST:
        return self._jump(node, "breaks")

    def visit_Continue(self, node: ast.Continue) -> ast.AST:
        return self._jump(node, "continues")

    # -- if and loops -----------------------------------------------------------------------------

    def _construct(self) -> tuple[str, int]:
        """The name of what stands for an `if` or loop, and its number in the function.

        Constructs that follow one another share a name: what looks at the names of a frame, as
        each of them does, takes longer the more there are.
        """
        self._counter += 1
        return f"__numeta_at_{self._depth}__", self._counter

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        test = self.truth(node.test)
        body, orelse = self._arms(node.body, node.orelse)
        if not self._scopes[-1].flows:
            node.test, node.body, node.orelse = self._decided(test), body, orelse
            return node
        live, (after, other) = self._merged(node)
        names, before = live.names(after), live.names(other)
        name, like = self._construct()[0], node.test
        shown = constant((tuple(names), tuple(before)), like)
        made = bind(name, method(FLOW, "branch", like, test, shown), like)
        node.test, node.body, node.orelse = member(made, "then", like), body, []
        result: list[ast.stmt] = [node]
        branch = load(name, like)  # in more than one place
        if self._catches:
            node.body, orelse = _caught(body, branch), orelse and _caught(orelse, branch)
        if orelse:
            if before:
                orelse.insert(0, rebind(before, member(branch, "restores", like), like))
            result.append(when(member(branch, "otherwise", like), orelse, like))
        result.append(rebind(names, member(branch, "merges", like), like))
        return result

    def _decided(self, test: ast.expr) -> ast.expr:
        return hook("decided", test, test) if self._scopes[-1].kind == "function" else test

    def visit_For(self, node: ast.For) -> ast.AST | list[ast.stmt]:
        value = self.visit(node.iter)
        scope = self._scopes[-1]
        if not scope.flows:
            name = "" if scope.kind != "function" else "generated"
            node.iter = hook(name or "items", node.target, value)
            self._loop_body(node, "", node.target)
            return node
        head = node.target  # the `for` line: new statements belong to it
        name, number = self._construct()
        index = target_names(node.target)
        names, targets, uses = self._carried(node, index)
        flags = _own_jumps(node) | (ELSE if node.orelse else 0)
        flags |= SIMPLE if isinstance(node.target, ast.Name) else 0
        target = node.target.id if isinstance(node.target, ast.Name) else ""
        facts = (number, tuple(names), tuple(targets), uses, flags, target, unpacking(node.target))
        made = bind(name, method(FLOW, "loop", head, value, constant(facts, head)), head)
        node.iter = member(made, "items", head)
        orelse = self._loop_body(node, name, head)
        if names:
            node.body.insert(0, rebind(names, attribute(name, "enters", head), head))
        return [node, *self._after_loop(name, names + targets, orelse, head)]

    def _carried(
        self, node: ast.For | ast.While, index: set[str]
    ) -> tuple[list[str], list[str], tuple[int, ...]]:
        """The names that a loop merges, its targets last; where each is needed, as bits."""
        live, masks = self._merged(node)
        merged = live.names(masks[0] | masks[1] | masks[2])
        names = [name for name in merged if name not in index]
        targets = [name for name in merged if name in index]
        uses = []
        for name in names + targets:
            bit = live.bits[name]
            uses.append(sum(use for use, mask in zip(USES, masks, strict=True) if bit & mask))
        return names, targets, tuple(uses)

    def _loop_body(self, node: ast.For | ast.While, name: str, head: ast.AST) -> list[ast.stmt]:
        """Transform target, body and `else`, which is taken out of loops of a flow."""
        scope = self._scopes[-1]
        before = scope.assigned
        if isinstance(node, ast.For):
            node.target = self.visit(node.target)
        self._loops.append(name)
        node.body = self._inside(node.body)
        if name and self._catches:
            node.body = _caught(node.body, load(name, head))
        self._loops.pop()
        scope.assigned = before
        orelse = self._inside(node.orelse)
        if node.orelse and not _own_jumps(node) & BREAK:
            before = scope.assigned
        if _is_endless(node) and not _own_jumps(node) & BREAK:
            before = EVERYTHING  # nothing comes there
        scope.assigned = before
        if name:
            node.orelse = []
        else:
            node.orelse = orelse
        return orelse

    def _after_loop(
        self, name: str, names: list[str], orelse: list[ast.stmt], head: ast.AST
    ) -> list[ast.stmt]:
        result = []
        if orelse:
            like = orelse[0]
            orelse.insert(0, rebind(names, attribute(name, "exhausts", like), like))
            result.append(when(attribute(name, "runs_else", like), orelse, like))
        return [*result, rebind(names, attribute(name, "merges", head), head)]

    def visit_While(self, node: ast.While) -> ast.AST | list[ast.stmt]:
        test = self.truth(node.test)
        if not self._scopes[-1].flows:
            node.test = self._decided(test)
            self._loop_body(node, "", node)
            return node
        head = node.test
        name, number = self._construct()
        names, _, uses = self._carried(node, set())
        flags = _own_jumps(node) | (ELSE if node.orelse else 0)
        facts = constant((number, tuple(names), uses, flags), head)
        make = assign_one(name, method(FLOW, "loop_while", head, facts), head)
        orelse = self._loop_body(node, name, head)
        node.test = attribute(name, "passes", head)
        again = placed(ast.Continue, head)
        node.body.insert(0, when(method(name, "skips", head, test), [again], head))
        if names:
            node.body.insert(0, rebind(names, attribute(name, "enters", head), head))
        return [make, node, *self._after_loop(name, names, orelse, head)]

    # -- statements that only Python runs ---------------------------------------------------------

    def _guarded(self, node: ast.stmt, what: str) -> ast.stmt:
        item = ast.withitem(hook("guarded", node, constant(what, node)), None)
        return placed(ast.With, node, [item], [node], None)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> ast.AST:
        scope = self._scopes[-1]
        before = scope.assigned
        node.body = self._inside(node.body)
        node.orelse = self._inside(node.orelse)
        after = scope.assigned
        for handler in node.handlers:
            scope.assigned = before
            self._handler(handler)
            after &= scope.assigned
        scope.assigned = before
        node.finalbody = self._inside(node.finalbody)
        scope.assigned |= after
        return self._guarded(node, "try")

    visit_TryStar = visit_Try

    def _handler(self, node: ast.ExceptHandler) -> None:
        node.type = node.type and self.visit(node.type)
        if node.name:
            self._assigned(node.name)
        node.body = self._inside(node.body)
        node.body.insert(0, statement(hook("caught", node.body[0]), node.body[0]))

    def visit_With(self, node: ast.With) -> ast.AST:
        for item in node.items:
            item.context_expr = self.visit(item.context_expr)
            item.optional_vars = item.optional_vars and self.visit(item.optional_vars)
        before = self._scopes[-1].assigned
        node.body = self._inside(node.body)
        self._scopes[-1].assigned = before  # it may swallow an exception
        return self._guarded(node, "with")

    def visit_Match(self, node: ast.Match) -> ast.AST:
        node.subject = hook("subject", node.subject, self.visit(node.subject))
        scope = self._scopes[-1]
        before = scope.assigned
        for case in node.cases:
            scope.assigned = before | self._in_pattern(case.pattern)
            case.guard = case.guard and self.truth(case.guard)
            case.body = self._inside(case.body)
        scope.assigned = before
        return node

    def _in_pattern(self, pattern: ast.pattern) -> int:
        live, mask = self._scopes[-1].live, 0
        for name in bindings([pattern]).bound if live is not None else ():
            mask |= live.bits.get(name, 0)  # type: ignore[union-attr]
        return mask


def _own_jumps(node: ast.For | ast.While) -> int:
    """The kinds of jump in the body of a loop, those that end there included."""
    return getattr(node, "own_jumps", 0)


def _is_endless(node: ast.For | ast.While) -> bool:
    return (
        isinstance(node, ast.While)
        and isinstance(node.test, ast.Constant)
        and bool(node.test.value)
    )


def _caught(body: list[ast.stmt], construct: ast.expr) -> list[ast.stmt]:
    """`try: body`; what it raises is raised again unless the flow takes it for the body's end."""
    like = body[0]
    out = method(FLOW, "lets_out", like, construct)
    again = when(out, [placed(ast.Raise, like, None, None)], like)
    handler = placed(ast.ExceptHandler, like, None, None, [again])
    return [placed(ast.Try, like, body, [handler], [], [])]


def _plain(node: ast.expr) -> bool:
    """Whether evaluating the expression twice is the same as once."""
    if isinstance(node, ast.Attribute):
        return _plain(node.value)
    return isinstance(node, ast.Name | ast.Constant)


def _copy(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute):
        return member(_copy(node.value), node.attr, node)
    if isinstance(node, ast.Name):
        return load(node.id, node)
    return node


def _refusal_of(node: ast.AST, yields: bool) -> str:
    """What the function as a whole is that no kernel can be: "" if nothing."""
    if isinstance(node, ast.AsyncFunctionDef):
        return "async def"
    return "yield" if yields else ""


_STATEMENTS: dict[type[ast.AST], Callable[[Any, Any], Any]] = visitors(Transformer)
VISITORS.update(_STATEMENTS)
