"""Compile-time values are keyed by type, bits and content; what has no content is refused."""

import dataclasses
import enum
import io
import struct

import numpy as np
import pytest

from numeta.fingerprint import (
    Unsupported,
    fingerprint,
    fingerprint_sharing_arrays,
    is_immutable,
)


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Point:
    x: float
    y: list


class Slotted:
    __slots__ = ("__private", "a")

    def __init__(self, a, private):
        self.a = a
        self.__private = private


def helper():
    pass


NAN2 = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000001))[0]
DISTINCT = [
    1,
    1.0,
    True,
    0.0,
    -0.0,
    0,
    False,
    float("nan"),
    NAN2,
    1 + 0j,
    complex(1, -0.0),
    "1",
    b"1",
    None,
    (1,),
    [1],
    (1.0,),
    [1, 2],
    [2, 1],
    {1: 2},
    {1: 2.0},
    {1},
    frozenset({1}),
    np.float64(1),
    np.float32(1),
    np.int64(1),
    np.bool_(True),
    np.array(1.0),
    np.array([1.0]),
    np.array([1]),
    np.array([[1]]),
    Colour.RED,
    Colour.BLUE,
    Point(1.0, [1]),
    Point(1.0, [2]),
    Slotted(1, 2),
    Slotted(1, 3),
    helper,
    Point,
    np,
    np.sin,
    range(3),
    slice(3),
    np.dtype("f8"),
    bytearray(b"1"),
]


def test_distinct_values_have_distinct_keys():
    keys = [fingerprint(value) for value in DISTINCT]
    for i, a in enumerate(keys):
        for j, b in enumerate(keys):
            assert (a == b) == (i == j), (DISTINCT[i], DISTINCT[j])
    assert len(set(keys)) == len(keys)


def test_equal_content_has_equal_keys():
    assert fingerprint(Point(1.0, [1, {2: 3}])) == fingerprint(Point(1.0, [1, {2: 3}]))
    assert fingerprint(np.arange(4)) == fingerprint(np.arange(4))
    assert fingerprint(Slotted([1], 2)) == fingerprint(Slotted([1], 2))


def test_private_slots_count():
    assert fingerprint(Slotted(1, 2)) != fingerprint(Slotted(1, 9))


def test_cycles_end():
    a: list = [1]
    a.append(a)
    b: list = [1]
    b.append(b)
    assert fingerprint(a) == fingerprint(b) != fingerprint([1, [1]])


def test_sharing_is_content():
    inner = [1]
    assert fingerprint([inner, inner]) != fingerprint([[1], [1]])


def test_arrays_can_be_keyed_by_identity():
    a = np.zeros(3)
    point = Point(1.0, [a])
    key = fingerprint_sharing_arrays(point)
    a[0] = 5
    assert fingerprint_sharing_arrays(point) == key
    assert fingerprint_sharing_arrays(Point(1.0, [a.copy()])) != key


def test_large_arrays_are_digested():
    a = np.zeros(10_000)
    b = a.copy()
    assert fingerprint(a) == fingerprint(b)
    b[-1] = 1
    assert fingerprint(a) != fingerprint(b)


@pytest.mark.parametrize("value", [(i for i in ()), iter([1]), io.StringIO("a")], ids=repr)
def test_unreadable_content_is_refused(value):
    with pytest.raises(Unsupported, match="the content of a"):
        fingerprint(value)
    with pytest.raises(Unsupported):
        fingerprint([value])


def test_a_sentinel_is_itself():
    sentinel = object()
    assert fingerprint(sentinel) == fingerprint(sentinel) != fingerprint(object())


def test_only_unchangeable_values_are_immutable():
    for value in (1, 1.5, "a", (1, (2.0, "x")), None, Colour.RED, helper, Point, np.float64(1)):
        assert is_immutable(value)
    for value in ([1], ([1],), {1: 2}, Point(1.0, []), np.zeros(1), bytearray()):
        assert not is_immutable(value)
