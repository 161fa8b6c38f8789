"""Staging keeps what is the user's: globals, cells, defaults, lines; no other source is used."""
# ruff: noqa: F632, UP031, E721, SIM115, F841 - every syntax on purpose

import functools
import linecache
import traceback

import numpy as np
import pytest

import numeta as nm
from numeta import staging
from numeta.testing import same_as_python

FACTOR = 3.0


def plain(a, n, *rest, scale=2.0, **named):
    total = 0
    for k in range(n):
        total += a * k * scale + sum(rest) + named.get("z", 0) + FACTOR
    return total


def test_a_staged_function_outside_of_a_trace_does_what_it_did():
    staged = staging.stage(plain)
    assert not staged.source_missing
    assert staged.run(2, 3, 1, z=4) == plain(2, 3, 1, z=4)
    assert staged.run(2, 3, scale=5) == plain(2, 3, scale=5)


def test_the_names_read_from_outside_are_listed():
    assert staging.stage(plain).captured_names == ("FACTOR", "range", "sum")


def test_nothing_is_written_into_the_globals():
    before = set(globals())
    staging.stage(plain).run(2, 3)
    assert set(globals()) == before


def test_closure_cells_are_the_original_ones():
    cell = 1.0

    def read():
        return cell * 2

    staged = staging.stage(read)
    assert staged.run() == 2.0
    cell = 5.0
    assert staged.run() == 10.0


def test_a_code_object_is_read_once(monkeypatch):
    def f(x):
        return abs(x)

    staging.stage(f)
    monkeypatch.setattr(linecache, "getlines", lambda *a: pytest.fail("read again"))
    assert staging.stage(f).run(-1) == 1


def test_tracebacks_show_the_users_lines():
    def fails(x):
        y = abs(x)
        return y / 0

    staged = staging.stage(fails)
    with pytest.raises(ZeroDivisionError) as caught:
        staged.run(1)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.filename, last.line) == (__file__, "return y / 0")
    assert last.lineno == fails.__code__.co_firstlineno + 2


class Base:
    def value(self):
        return 1.0


class Derived(Base):
    __secret = 4.0

    def value(self):
        return super().value() + self.__secret + Derived.__secret

    @nm.jit
    def fill(self, a: nm.f8[:]) -> None:
        a[0] = super().value() + self.value() + self.__secret


def test_methods_with_super_and_private_names_are_staged():
    assert not staging.stage(Derived.value).source_missing
    assert staging.stage(Derived.value).run(Derived()) == 9.0
    a = np.zeros(1)
    Derived().fill(a)
    assert a[0] == 14.0


def test_two_lambdas_in_one_line_are_told_apart():
    f, g = (lambda x: abs(x) + 1), (lambda x: abs(x) + 2)
    assert not staging.stage(f).source_missing
    assert (staging.stage(f).run(-1), staging.stage(g).run(-1)) == (2, 3)


def registered(text, filename):
    """The namespace of `text`, whose source is known to linecache (as in a notebook)."""
    space = {"nm": nm, "np": np}
    exec(compile(text, filename, "exec"), space)
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    return space


def test_registered_source_counts():
    text = "def f(a, x: float):\n    for i in range(3):\n        a[i] = abs(x) * i\n"
    f = registered(text, "<cell 1>")["f"]
    assert not staging.stage(f).source_missing
    same_as_python(nm.jit(f), np.zeros(3), -2.0)


def test_source_that_is_not_the_functions_is_not_used():
    f = registered("def f(x):\n    return abs(x) + 1\n", "<cell 2>")["f"]
    registered("def f(x):\n    return abs(x) + 2\n", "<cell 2>")
    staged = staging.stage(f)
    assert staged.source_missing
    assert staged.run(-1) == 2


def test_a_function_without_source_runs_as_it_is():
    space = {"nm": nm}
    exec("def f(a, n):\n    for i in range(n):\n        a[i] = a[i] * 2\n", space)
    assert staging.stage(space["f"]).source_missing
    same_as_python(nm.jit(space["f"]), np.arange(4.0), 3)


def logged(func):
    @functools.wraps(func)
    def wrapper(*args):
        return func(*args)

    return wrapper


@nm.jit
@logged
def decorated(a: nm.f8[:]) -> None:
    for i in nm.range(a.shape[0]):
        a[i] = abs(a[i]) + i


def test_a_decorator_below_jit_is_run():
    same_as_python(decorated, np.array([-1.0, 2.0]))


def test_a_long_signature_and_a_trailing_comment_are_read():
    # fmt: off
    def f(
        x,
        y=(1,
           2),
    ):
        text = """
not indented
"""
        return abs(x) + len(text) + y[0]  # the end
        # not quite
    # fmt: on
    staged = staging.stage(f)
    assert not staged.source_missing
    assert staged.run(-1) == f(-1)


def test_generators_comprehensions_classes_and_matches_do_what_they_did():
    def everything(items):
        class Pair:
            size = len(items)

            def __init__(self, a, b=size):
                self.a, self.b = a, b

        def numbers():
            got = yield from (abs(x) for x in items)
            yield got

        found = [y for x in items if (y := x + 1) > 1]
        table = {k: v for k, v in zip("ab", found, strict=False)}
        match items:
            case [first, *rest]:
                found.append(first)
            case _:
                rest = []
        try:
            table["missing"]
        except KeyError as problem:
            found.append(len(problem.args))
        finally:
            found.append(0)
        first, *others = Pair(1).b, *rest
        text = f"{first!r:>4}" + "%s-%d" % ("x", 3)
        chain = 1 is not None in [True] or 2 in found not in [1]
        del first
        with open("/dev/null") as stream:
            text += stream.read()
        return list(numbers()), found, table, others, text, chain, (lambda q=3: q)()

    assert staging.stage(everything).run([1, -2, 3]) == everything([1, -2, 3])


def test_what_needs_a_source_that_is_not_there_says_so():
    space = {"nm": nm}
    exec("def f(a: nm.f8[:], n: int):\n    for i in range(n):\n        a[i] = 0\n", space)
    with pytest.raises(nm.TraceError, match="NM102.*(\n.*)*its source cannot be read"):
        nm.jit(space["f"])(np.ones(3), 2)
