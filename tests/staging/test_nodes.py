"""What staging makes of syntax: its nodes are those of `ast`, its one walk finds what two found."""

import ast

import pytest

from numeta._trace import placed
from numeta.staging_live import Liveness
from numeta.staging_names import bindings

LIKE = ast.parse("\n\nx + yy").body[0].value
LOAD, STORE = ast.Load(), ast.Store()


def at_the_place(node):
    for inner in ast.walk(node):
        if inner._attributes:
            ast.copy_location(inner, LIKE)
    return ast.dump(node, include_attributes=True)


def test_a_node_is_what_ast_makes_at_the_place_of_another():
    target = placed(ast.Name, LIKE, "a", STORE)
    made = placed(ast.For, LIKE, target, placed(ast.Constant, LIKE, (1,)), [], [])
    wanted = at_the_place(ast.For(ast.Name("a", STORE), ast.Constant((1,)), [], []))
    assert ast.dump(made, include_attributes=True) == wanted
    made.body = [placed(ast.Break, LIKE)]
    space = {}
    exec(compile(ast.Module([made], []), "<made>", "exec"), space)
    assert space["a"] == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), TypeError),
        ((ast.Name,), TypeError),
        ((1, LIKE), TypeError),
        ((ast.Break, LIKE, 1), TypeError),
        ((ast.Name, 3, "a", LOAD), AttributeError),
    ],
)
def test_a_node_that_cannot_be_made_is_refused(arguments, problem):
    with pytest.raises(problem):
        placed(*arguments)


SOURCE = """
global g
import os.path as path, sys
a: int = (w := 1)
b, *c = [(inside := k) for k in range(3) if (tested := k)]
found = {late: (lambda d=(default := 1): (hidden := d))() for late in (outer := [1])}
lazy = ((walrus := k) for k in range(3))
for i, (j, t[0]) in x: del e
with open(n) as f, lock: g = 1
try: pass
except ValueError as problem: pass
match x:
    case {"k": v, **rest} | [v, *rest]: pass
    case Klass(attr=m) as whole: pass
@(decorator := d)
def h(p=(given := 1)) -> (returned := 2):
    nonlocal i
    own = 1
class C((base := object)):
    member = (secret := 1)
    def method(self):
        nonlocal j
"""


@pytest.mark.parametrize("more", ["", "yield 1", "q = [(yield)]", "global lazy", "nonlocal b"])
def test_the_walk_over_statements_finds_all_bindings(more):
    body = ast.parse(SOURCE + more).body
    wanted = bindings(body)
    live = Liveness(body)
    assert (live.bound, live.global_, live.nonlocal_, live.yields) == wanted
    assert {"w", "inside", "tested", "default", "walrus", "base", "given"} <= live.bound
    assert not {"k", "late", "hidden", "own", "member", "secret", "p"} & live.bound
    assert live.nonlocals == {"i", "j"}
