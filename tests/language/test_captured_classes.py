"""Classes, modules and objects that change between calls: each call sees them as they are."""

import types

import pytest

import numeta as nm


def follows(function, *steps):
    """Assert that the kernel gives what the function gives, before and after each change."""
    kernel = nm.jit(function)
    for step in steps:
        args = step()
        assert repr(kernel(*args)) == repr(function(*args))


class Base:
    gain = 3

    def go(self, x):
        return self.middle(x) + 1

    def middle(self, x):
        return self.last(x) + self.offset

    offset = 9

    def last(self, x):
        return x * self.gain

    @property
    def twice(self):
        return 2 * self.gain

    @classmethod
    def of_class(cls, x):
        return x + cls.gain

    @staticmethod
    def plus(x):
        return x + 1


class Model(Base):
    pass


class Operand:
    shift = staticmethod(lambda x: x + 1)

    def __init__(self, k):
        self.k = k

    def __mul__(self, x):
        return self.k * x

    def __call__(self, x):
        return self.k + x

    def __getitem__(self, index):
        return self.k * index

    def __len__(self):
        return 5


MODEL = Model()
OPERAND = Operand(3)
OUTER = types.ModuleType("outer_of_the_test")
OUTER.a, OUTER.b = 1, 2
OUTER.inner = types.ModuleType("inner_of_the_test")
OUTER.inner.c = 5


def negative(self, x):
    return -x


CHANGES = (
    (Base, "last", negative),
    (Base, "offset", 50),
    (Base, "gain", 4.5),
    (Base, "middle", lambda self, x: x - self.gain),
    (Model, "gain", 7),
    (Base, "twice", property(lambda self: 50)),
    (Base, "of_class", classmethod(lambda cls, x: x - cls.gain)),
    (Base, "plus", staticmethod(lambda x: x - 1)),
    (Model, "go", lambda self, x: x),
)


def everything(x: float, model):
    return model.go(x), model.twice * x, model.of_class(x), model.plus(x)


def of_a_captured_object(x: float):
    return everything(x, MODEL)


def of_a_captured_class(x: float):
    return Model.of_class(x), Model.plus(x), x * Model.gain


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change[0].__name__}.{change[1]}")
def test_a_class_that_changes(monkeypatch, change):
    def changed():
        monkeypatch.setattr(*change)
        return (2.0,)

    follows(of_a_captured_object, lambda: (2.0,), changed)
    follows(of_a_captured_class, lambda: (2.0,), changed)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change[0].__name__}.{change[1]}")
def test_the_class_of_an_argument_that_changes(monkeypatch, change):
    def changed():
        monkeypatch.setattr(*change)
        return (2.0, Model())

    follows(everything, lambda: (2.0, Model()), changed)


def with_operators(x: float, o):
    return o * x, o(x), o[2] + len(o), o.shift(x)


def of_a_captured_operand(x: float):
    return with_operators(x, OPERAND), Operand(x) * 2.0


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("__mul__", negative),
        ("__call__", negative),
        ("__getitem__", lambda self, index: -9),
        ("__len__", lambda self: 9),
        ("__init__", lambda self, k: setattr(self, "k", 5)),
        ("shift", staticmethod(lambda x: x - 5)),
    ],
)
def test_methods_that_python_calls(monkeypatch, name, method):
    def changed(*args):
        monkeypatch.setattr(Operand, name, method)
        return args

    follows(with_operators, lambda: (2.0, Operand(3)), lambda: changed(2.0, Operand(3)))
    monkeypatch.undo()
    follows(of_a_captured_operand, lambda: (2.0,), lambda: changed(2.0))


def of_a_helper(x):
    return x * OUTER.b + OUTER.inner.c


def of_modules(x: float):
    return OUTER.a + of_a_helper(x)


def test_modules_that_change(monkeypatch):
    def changed(module, name, value):
        monkeypatch.setattr(module, name, value)
        return (2.0,)

    follows(
        of_modules,
        lambda: (2.0,),
        lambda: changed(OUTER, "b", 50),
        lambda: changed(OUTER.inner, "c", 0.5),
        lambda: changed(OUTER, "a", -1),
    )


def test_a_class_that_stays_is_compiled_once():
    kernel = nm.jit(everything)
    for _ in range(3):
        kernel(2.0, Model())
    assert len(kernel.signatures) == 1
