"""Guards: a change of what was captured is seen, a change of anything else is not."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from numeta import _call

from .conftest import MakeKernel, Refused, Stubs, refuse

NAN = float("nan")


def valid(make: MakeKernel, *guards: tuple[Any, ...]) -> Callable[[], bool]:
    kernel = make([], guards=guards)
    (spec,) = kernel.specialisations

    def check() -> bool:
        try:
            kernel()
        except Refused:
            assert not spec.valid
            return False
        assert spec.valid
        return True

    return check


def test_global_that_changes_and_comes_back(make: MakeKernel) -> None:
    space: dict[str, Any] = {"x": 1, "y": 2}
    holds = valid(make, ("global", space, "x", 1))
    assert holds()
    space["y"] = 3
    space["z"] = 4
    assert holds()
    space["x"] = 2
    assert not holds()
    assert not holds()
    space["x"] = int("1")
    assert holds()
    del space["x"]
    assert not holds()
    space["".join(["x"])] = 1
    assert holds()


@pytest.mark.parametrize(
    ("old", "new"), [(1, True), (1, 1.0), (0.0, -0.0), ([1], [1]), ((1,), (1.0,)), ("1", b"1")]
)
def test_equal_values_of_other_type_or_bits_do_not_pass(
    make: MakeKernel, old: object, new: object
) -> None:
    space = {"x": old}
    holds = valid(make, ("global", space, "x", old))
    assert holds()
    space["x"] = new
    assert not holds()
    space["x"] = old
    assert holds()


def test_nan_and_equal_immutables_pass(make: MakeKernel) -> None:
    space: dict[str, Any] = {"x": NAN, "y": (1, "a" * 30)}
    holds = valid(make, ("global", space, "x", NAN), ("global", space, "y", (1, "a" * 30)))
    assert holds()
    space["x"] = NAN * 1
    space["y"] = (1, "a" * 30)
    assert holds()


@pytest.mark.parametrize("change", ["clear", "update", "pop", "popitem", "setdefault", "ior"])
def test_every_way_to_change_a_dict_is_seen(make: MakeKernel, change: str) -> None:
    space: dict[str, Any] = {} if change in ("setdefault", "update") else {"x": 1}
    expected = _call.MISSING if change in ("setdefault", "update") else 1
    holds = valid(make, ("global", space, "x", expected))
    assert holds()
    match change:
        case "clear":
            space.clear()
        case "update":
            space.update({"x": 5, "k": 6})  # an empty dict is filled as a whole
        case "pop":
            space.pop("x")
        case "popitem":
            space.popitem()
        case "setdefault":
            space.setdefault("x", 4)
        case "ior":
            space |= {"x": 9}
    assert not holds()


def test_value_that_changed_before_the_guard_was_made_is_seen(make: MakeKernel) -> None:
    space = {"x": 2}
    assert not valid(make, ("global", space, "x", 1))()


def test_two_specialisations_watch_one_name(stubs: Stubs) -> None:
    space = {"x": 1}
    kernel = _call.Kernel(lambda: None, refuse)
    for value in (1, 2, 3):
        guards = [("global", space, "x", value), ("global", space, "x", value)]
        spec = _call.Specialisation(stubs["nothing"], [], template=("const", value), guards=guards)
        kernel.add(spec)
    for value in (1, 2, 3, 2, 1, 3):
        space["x"] = value
        assert kernel() == value
    del spec
    kernel.clear()
    space["x"] = 4  # nothing watches any more


def test_cell(make: MakeKernel) -> None:
    x: Any = 1

    def inner() -> Any:
        return x

    assert inner.__closure__ is not None
    (cell,) = inner.__closure__
    holds = valid(make, ("cell", cell, 1))
    assert holds()
    x = 1.0
    assert not holds()
    x = 1
    assert holds()
    del cell.cell_contents
    assert not holds()
    assert valid(make, ("cell", cell, _call.MISSING))()


def test_attributes_of_objects_classes_and_functions(make: MakeKernel) -> None:
    class Base:
        level = 1

    class Derived(Base):
        def method(self) -> int:
            return 1

        @property
        def fails(self) -> int:
            raise ValueError

    def function(x: int = 1) -> int:
        return x

    thing = Derived()
    method = Derived.method
    of_thing = valid(make, ("attr", thing, "level", 1))
    of_class = valid(make, ("attr", Derived, "level", 1))
    of_method = valid(make, ("attr", Derived, "method", method))
    of_code = valid(make, ("attr", function, "__code__", function.__code__))
    of_defaults = valid(make, ("attr", function, "__defaults__", function.__defaults__))
    of_none = valid(make, ("attr", function, "__kwdefaults__", None))
    absent = valid(make, ("attr", thing, "missing", _call.MISSING))
    everything = (of_thing, of_class, of_method, of_code, of_defaults, of_none, absent)
    assert all(holds() for holds in everything for _ in range(3))
    assert not valid(make, ("attr", thing, "fails", 1))()
    Base.level = 2
    assert not of_thing()
    assert not of_class()
    assert not of_class()
    Base.level = 1
    assert of_class()
    assert of_thing()
    thing.level = 3
    assert not of_thing()
    assert of_class()
    Derived.method = lambda self: 2  # type: ignore[method-assign]
    assert not of_method()
    thing.missing = 1  # type: ignore[attr-defined]
    assert not absent()
    function.__defaults__ = (1,)
    assert of_defaults()
    function.__defaults__ = (1.0,)
    assert not of_defaults()
    function.__kwdefaults__ = {}
    assert not of_none()
    function.__code__ = (lambda x=1: x + 1).__code__
    assert not of_code()


def test_descriptor_in_a_class_is_asked_each_time(make: MakeKernel) -> None:
    class Counter:
        value = 1

        def __get__(self, instance: object, owner: type) -> int:
            return self.value

    class Owner:
        count = Counter()

    holds = valid(make, ("attr", Owner, "count", 1))
    assert holds() and holds()
    Counter.value = 2
    assert not holds()


def test_content_is_fingerprinted_at_each_call(make: MakeKernel) -> None:
    values = [1, 2]
    holds = valid(make, ("content", values, tuple, (1, 2)))
    assert holds()
    values.append(3)
    assert not holds()
    values.pop()
    assert holds()


def test_interrupt_in_a_guard_passes(make: MakeKernel) -> None:
    def interrupted(value: object) -> object:
        raise KeyboardInterrupt

    kernel = make([], guards=[("content", [], interrupted, 1)])
    with pytest.raises(KeyboardInterrupt):
        kernel()


def test_bad_guards_are_refused(make: MakeKernel) -> None:
    for guard in (("cell", 1, 2), ("global", [], "x", 1), ("what", 1, 2, 3), ("attr", 1, 2, 3), ()):
        with pytest.raises(ValueError, match="^a guard "):
            make([], guards=[guard])


def test_guards_are_garbage_collected(stubs: Stubs) -> None:
    space: dict[str, Any] = {}

    class Marker: ...

    marker = Marker()
    space["marker"] = marker
    alive = weakref.ref(marker)
    kernel = _call.Kernel(lambda: None, refuse)
    kernel.add(
        _call.Specialisation(
            stubs["nothing"], [], guards=[("global", space, "marker", marker)], keepalive=kernel
        )
    )
    space["kernel"] = kernel
    kernel()
    del marker, kernel, space
    gc.collect()
    assert alive() is None


WITHOUT_WATCHERS = """
import ctypes, sys, types
api = ctypes.pythonapi
callback = ctypes.PYFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p
)(lambda *args: 0)
if sys.version_info >= (3, 12):
    api.PyDict_AddWatcher.argtypes = [ctypes.c_void_p]
    try:
        while api.PyDict_AddWatcher(ctypes.cast(callback, ctypes.c_void_p)) >= 0:
            pass
    except RuntimeError:
        pass
from importlib.machinery import ExtensionFileLoader
_call = ExtensionFileLoader("numeta._call", sys.argv[1]).load_module("numeta._call")
assert not _call.watches_dicts
space = {"x": 1}
spec = _call.Specialisation(1, [], guards=[("global", space, "x", 1)])
assert spec.valid
space["y"] = 1
assert spec.valid
space["x"] = 2
assert not spec.valid
space["x"] = 1
assert spec.valid
"""


def test_globals_are_compared_where_no_watcher_is_free() -> None:
    command = [sys.executable, "-W", "ignore", "-c", WITHOUT_WATCHERS, _call.__file__]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_dicts_are_watched_from_python_3_12_on() -> None:
    assert _call.watches_dicts is (sys.version_info >= (3, 12))
