"""Captured values are compile-time and guarded: a change is a new answer, never an old one."""

import dataclasses
import types

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

FACTOR = 3
TABLE = [1.0, 2.0]
WEIGHTS = np.array([1.0, 2.0, 4.0])
SETTINGS = types.ModuleType("settings_of_the_test")
SETTINGS.scale = 2.0


def shifted(x, by=10.0):
    return x + by * FACTOR


@dataclasses.dataclass
class Model:
    gain: float
    table: np.ndarray

    @nm.jit
    def apply(self, x: nm.f8):
        return self.gain * x

    @nm.jit
    def look_up(self, k: nm.i8):
        return self.table[k]


MODEL = Model(2.0, np.array([5.0, 6.0]))


def test_global_number(monkeypatch):
    @nm.jit
    def kernel(x: nm.f8):
        return x * FACTOR

    assert kernel(2.0) == 6.0
    monkeypatch.setitem(globals(), "FACTOR", 5)
    assert kernel(2.0) == 10.0
    monkeypatch.undo()
    assert kernel(2.0) == 6.0
    assert len(kernel.specialisations) == 2


def test_global_type_and_sign_of_zero_count(monkeypatch):
    @nm.jit
    def kernel(x: nm.f8):
        return x * FACTOR

    for value in (0.0, -0.0, 0, False):
        monkeypatch.setitem(globals(), "FACTOR", value)
        assert np.signbit(kernel(2.0)) == np.signbit(2.0 * value)


def test_global_list_changed_in_place():
    @nm.jit
    def kernel(x: nm.f8):
        return x + TABLE[0]

    assert kernel(1.0) == 2.0
    TABLE[0] = 7.0
    try:
        assert kernel(1.0) == 8.0
    finally:
        TABLE[0] = 1.0


def test_closure_cell():
    def make():
        offset = 1.0

        @nm.jit
        def kernel(x: nm.f8):
            return x + offset

        def change(value):
            nonlocal offset
            offset = value

        return kernel, change

    kernel, change = make()
    assert kernel(1.0) == 2.0
    change(5.0)
    assert kernel(1.0) == 6.0


def test_global_of_a_helper_and_the_helper_itself(monkeypatch):
    @nm.jit
    def kernel(x: nm.f8):
        return shifted(x)

    assert kernel(1.0) == 31.0
    monkeypatch.setitem(globals(), "FACTOR", 1)
    assert kernel(1.0) == 11.0
    monkeypatch.setattr(shifted, "__defaults__", (2.0,))
    assert kernel(1.0) == 3.0
    monkeypatch.setitem(globals(), "shifted", lambda x: x)
    assert kernel(1.0) == 1.0


def test_module_attribute(monkeypatch):
    @nm.jit
    def kernel(x: nm.f8):
        return x * SETTINGS.scale

    assert kernel(3.0) == 6.0
    monkeypatch.setattr(SETTINGS, "scale", 0.5)
    assert kernel(3.0) == 1.5


def test_attribute_of_a_captured_object(monkeypatch):
    @nm.jit
    def kernel(x: nm.f8):
        return x * MODEL.gain

    assert kernel(3.0) == 6.0
    monkeypatch.setattr(MODEL, "gain", 0.5)
    assert kernel(3.0) == 1.5


def test_builtin_shadowed_later(monkeypatch):
    @nm.jit
    def kernel(x: nm.f8):
        return abs(x)

    assert kernel(-3.0) == 3.0
    monkeypatch.setitem(globals(), "abs", lambda x: x * 2)
    assert kernel(-3.0) == -6.0


def test_captured_array_gives_its_current_content():
    @nm.jit
    def kernel(k: nm.i8):
        return WEIGHTS[k]

    assert kernel(1) == 2.0
    WEIGHTS[1] = 9.0
    try:
        assert kernel(1) == 9.0
        assert len(kernel.specialisations) == 1
    finally:
        WEIGHTS[1] = 2.0


def test_captured_array_bound_anew(monkeypatch):
    @nm.jit
    def kernel(k: nm.i8):
        return WEIGHTS[k]

    assert kernel(0) == 1.0
    monkeypatch.setitem(globals(), "WEIGHTS", np.array([8, 9]))
    assert kernel(0) == 8 and type(kernel(0)) is np.int64


def test_methods_are_keyed_by_the_content_of_self():
    a, b = Model(2.0, np.array([5.0])), Model(3.0, np.array([6.0]))
    assert (a.apply(1.0), b.apply(1.0), a.look_up(0), b.look_up(0)) == (2.0, 3.0, 5.0, 6.0)
    a.gain = 10.0
    a.table[0] = 50.0
    assert (a.apply(1.0), a.look_up(0)) == (10.0, 50.0)
    a.table = np.array([60.0])
    assert a.look_up(0) == 60.0


@pytest.mark.parametrize("value", [1, 1.0, True, np.float32(1), 1 + 0j], ids=repr)
def test_compile_time_values_are_keyed_by_type(value):
    @nm.jit
    def kernel(c, x: nm.f4):
        return x * c

    for other in (1, 1.0, True, np.float32(1), 1 + 0j):
        kernel(other, 2.0)
    assert len(kernel.specialisations) == 5
    same_as_python(kernel, value, 2.0)


def test_compile_time_list_is_keyed_by_content():
    @nm.jit
    def kernel(items, x: nm.f8):
        total = x
        for item in items:
            total = total + item
        return total

    items = [1.0, 2.0]
    assert kernel(items, 0.0) == 3.0
    items.append(4.0)
    assert kernel(items, 0.0) == 7.0
    assert kernel([1.0, 2.0], 0.0) == 3.0
    assert len(kernel.specialisations) == 2
