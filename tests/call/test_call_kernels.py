"""The kernel object: binding as Python binds, methods, subclasses, debug, threads, no leaks."""

from __future__ import annotations

import functools
import gc
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numeta import _call

from .conftest import F8, I8, MakeKernel, Refused, Stubs, array_param, refuse


def plain() -> None: ...
def two(a: Any, b: Any) -> None: ...
def defaults(a: Any, b: Any = 2, c: Any = 3) -> None: ...
def only(a: Any, /, b: Any, *, c: Any, d: Any = 4) -> None: ...
def rest(a: Any, *more: Any) -> None: ...
def everything(
    a: Any, b: Any = 2, /, c: Any = 3, *more: Any, d: Any, e: Any = 5, **named: Any
) -> None: ...
def named_only(**named: Any) -> None: ...


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}), ((1,), {}), ((1, 2), {}), ((1, 2, 3), {}), ((1, 2, 3, 4), {}), ((1, 2, 3, 4, 5), {}),
    ((), {"a": 1}), ((1,), {"b": 2}), ((), {"b": 2, "a": 1}), ((1,), {"a": 1}), ((1, 2), {"b": 1}),
    ((1,), {"c": 5}), ((1, 2), {"c": 3}), ((1, 2), {"c": 3, "d": 4}), ((1, 2), {"d": 4}),
    ((), {"a": 1, "b": 2, "c": 3}), ((1, 2), {"unknown": 1}), ((1,), {"d": 1, "e": 2, "z": 3}),
    ((1, 2, 3, 4), {"d": 1, "b": 7, "a": 8}), ((), {"x": 1, "y": 2}),
]  # fmt: skip


def flat(function: Callable[..., Any], bound: dict[str, Any]) -> tuple[Any, ...]:
    """Python's own binding in the order of bound values."""
    code = function.__code__
    named = code.co_argcount + code.co_kwonlyargcount
    values = [bound[name] for name in code.co_varnames[:named]]
    if "named" in bound:
        values.append(bound["named"])
    return (*values, *bound.get("more", ()))


@pytest.mark.parametrize("function", [plain, two, defaults, only, rest, everything, named_only])
@pytest.mark.parametrize("args, kwargs", CALLS)
def test_binds_as_python_and_raises_its_text(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    import inspect

    kernel = _call.Kernel(function, refuse)
    try:
        function(*args, **kwargs)
    except TypeError as problem:
        for attempt in (kernel, kernel.bind):
            with pytest.raises(TypeError) as caught:
                attempt(*args, **kwargs)
            assert str(caught.value) == str(problem)
        return
    expected = inspect.signature(function).bind(*args, **kwargs)
    expected.apply_defaults()
    assert kernel.bind(*args, **kwargs) == flat(function, dict(expected.arguments))
    with pytest.raises(Refused) as refused:
        kernel(*args, **kwargs)
    assert refused.value.args == (kernel.bind(*args, **kwargs),)


def test_defaults_are_read_at_each_call() -> None:
    def function(a: Any, b: Any = 2) -> None: ...

    kernel = _call.Kernel(function, refuse)
    assert kernel.bind(1) == (1, 2)
    function.__defaults__ = (7, 8)
    assert kernel.bind() == (7, 8)


def test_parameter_names_put_the_open_ended_last() -> None:
    names = _call.Kernel(everything, refuse).parameter_names
    assert names == ("a", "b", "c", "d", "e", "named", "more")


def test_keyword_equal_but_not_identical_to_a_name() -> None:
    name = "".join(["lo", "ng ", "name"]).replace(" ", "_")

    def function(long_name: Any) -> None: ...

    assert _call.Kernel(function, refuse).bind(**{name: 1}) == (1,)


def test_method_gets_its_instance(stubs: Stubs) -> None:
    def method(self: object, x: object) -> None: ...

    class Python(_call.Kernel):
        pass

    for kind in (_call.Kernel, Python):

        class Owner:
            run = kind(method, refuse)

        owner = Owner()
        assert Owner.run is Owner.__dict__["run"]
        assert owner.run.__self__ is owner
        for call in (lambda o=owner: o.run(3), owner.run.__call__):
            with pytest.raises(Refused) as caught:
                call(3) if call is not None and call.__name__ == "__call__" else call()
            assert caught.value.args == ((owner, 3),)


def test_subclass_has_metadata_weak_references_and_vectorcall(stubs: Stubs) -> None:
    class Kernel(_call.Kernel):
        def __init__(self, function: Any, mode: str) -> None:
            super().__init__(function, refuse)
            self.mode = mode
            functools.update_wrapper(self, function)

    kernel = Kernel(two, mode="exact")
    assert (kernel.mode, vars(kernel)["__name__"], vars(kernel)["__wrapped__"]) == (
        "exact",
        "two",
        two,
    )
    assert kernel.py_func is two
    assert weakref.ref(kernel)() is kernel
    vectorcall_flag = 1 << 11
    assert Kernel.__flags__ & vectorcall_flag
    assert _call.Kernel.__flags__ & vectorcall_flag


def test_subclass_with_its_own_call_is_asked() -> None:
    class Kernel(_call.Kernel):
        def __call__(self, *args: Any) -> Any:
            return ("mine", args)

    assert Kernel(two, refuse)(1) == ("mine", (1,))


def test_kernel_without_its_function_is_an_error() -> None:
    class Broken(_call.Kernel):
        def __init__(self) -> None: ...

    with pytest.raises(RuntimeError, match="never given its function"):
        Broken()(1)
    with pytest.raises(TypeError):
        _call.Kernel(print, refuse)


def test_debug_switch_asks_and_may_decline(make: MakeKernel, stubs: Stubs) -> None:
    asked: list[Any] = []

    def debug_call(kernel: Any, args: Any, kwargs: Any) -> Any:
        asked.append((args, kwargs))
        return NotImplemented if args[0] == 1 else "debugged"

    kernel = _call.Kernel(two, refuse, debug_call)
    kernel.add(_call.Specialisation(stubs["nothing"], [("const", 1), ("const", 2)]))
    assert kernel(1, 2) is None
    assert _call.set_debug(1) == 1
    try:
        assert kernel(1, b=2) is None
        assert kernel(3) == "debugged"
    finally:
        assert _call.set_debug(-1) == 0
    assert asked == [((1,), {"b": 2}), ((3,), {})]
    assert kernel(1, 2) is None
    assert len(asked) == 2
    with pytest.raises(ValueError, match="set_debug"):
        _call.set_debug(-1)


def test_other_threads_run_while_a_stub_does(make: MakeKernel) -> None:
    kernel = make([array_param(1)], "nap")
    start = time.perf_counter()
    threads = [threading.Thread(target=kernel, args=(np.zeros(1),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.perf_counter() - start < 8 * 0.2


def test_threads_add_clear_and_call_at_once(stubs: Stubs) -> None:
    def slow(kernel: Any, bound: tuple[Any, ...]) -> _call.Specialisation:
        spec = _call.Specialisation(
            stubs["copy_scalar"],
            [("scalar", I8, True), ("const", bound[1])],
            results=[(I8, True)],
            template=("tuple", 0, ("const", bound[1])),
        )
        kernel.add(spec)
        return spec

    kernel = _call.Kernel(two, slow)
    problems = []

    def work(seed: int) -> None:
        for k in range(3000):
            if k % 500 == seed:
                kernel.clear()
            result = kernel(k, (k * seed) % 40)
            if result != (k, (k * seed) % 40):
                problems.append(result)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(1, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert problems == []


def test_specialisation_outlives_its_run(stubs: Stubs) -> None:
    kernel = _call.Kernel(two, refuse)
    spec = _call.Specialisation(
        stubs["nap"], [array_param(1), array_param(1)], template=("tuple", ("arg", 0), ("arg", 1))
    )
    kernel.add(spec)
    alive = weakref.ref(spec)
    del spec
    arrays = [np.zeros(1), np.zeros(2)]
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(kernel(*arrays)))
    thread.start()
    time.sleep(0.05)
    kernel.clear()
    thread.join()
    assert results[0][1] is arrays[1]
    assert alive() is None


def counts(objects: list[Any]) -> list[int]:
    return [sys.getrefcount(each) for each in objects]


def test_calls_leak_no_references(stubs: Stubs) -> None:
    def raise_site(site: int, values: tuple[float, ...]) -> None:
        raise IndexError

    array, strided, key, number = np.zeros(300), np.zeros(600)[::2], [5000], 123456.5
    constant = ("long", 987654321)
    shape = ("tuple", 0, ("arg", 0), ("const", constant), None)
    params = [
        array_param(1, written=True), array_param(1, "S"), ("const_key", tuple, (5000,)),
        ("scalar", F8, False), ("const", constant),
    ]  # fmt: skip

    def function(a: Any, b: Any, c: Any, d: Any, e: Any = constant) -> None: ...

    space = {"x": 1}
    spec = _call.Specialisation(
        stubs["nothing"], params, [(F8, False)], shape, [("global", space, "x", 1)]
    )
    kernel = _call.Kernel(function, refuse)
    kernel.add(spec)
    failing = _call.Kernel(function, refuse)
    failing.add(_call.Specialisation(stubs["fail"], params, raise_site=raise_site))
    watched = [array, strided, key, number, constant, None, spec, kernel, failing, space]
    gc.collect()
    before = counts(watched)
    for _ in range(100_000):
        kernel(array, strided, key, number)
    for _ in range(2000):
        kernel(array, d=number, b=strided, c=key, e=constant)
        kernel.find(kernel.bind(array, strided, key, number))
        for call, expected in ((failing, IndexError), (kernel, Refused)):
            with pytest.raises(expected):
                call(array, strided, key, number if call is failing else "x")
        with pytest.raises(TypeError):
            kernel(array, strided, unknown=key)
    gc.collect()
    after = counts(watched)
    assert [abs(a - b) < 50 for a, b in zip(after, before, strict=True)] == [True] * len(watched)
