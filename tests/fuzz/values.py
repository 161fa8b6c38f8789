"""Values that hurt, as Python text: edges of each type, and arrays of them in every layout."""

from __future__ import annotations

from random import Random

import numpy as np

from .rules import DTYPE, NUMPY_NAME, kind

_SMALL_FLOATS = ("0.0", "1.0", "-1.0", "0.5", "2.0", "-2.5", "3.0", "7.25", "-7.25", "0.1", "-1e-3")
_ODD_FLOATS = ("np.nan", "np.inf", "-np.inf", "-0.0")


def _float_edges(short: str) -> tuple[str, ...]:
    info = np.finfo(DTYPE[short])
    edges = (info.max, info.tiny, info.smallest_subnormal, -float(info.max), 1 + float(info.eps))
    return (*map(repr, map(float, edges)), "1e10", "-12345.678", "16777217.0", "9007199254740993.0")


def _integer(r: Random, low: int, high: int) -> str:
    roll = r.random()
    if roll < 0.6:
        value = r.randint(max(low, -9), 9)
    elif roll < 0.85:
        value = r.choice((low, low + 1, high, high - 1, high // 2, high // 2 + 1))
    else:
        value = r.choice((31, 32, 63, 64, 100, 127, -64, -100))
    return str(min(max(value, low), high))


def _float(r: Random, short: str) -> str:
    roll = r.random()
    if roll < 0.6:
        return r.choice(_SMALL_FLOATS)
    return r.choice(_ODD_FLOATS if roll < 0.8 else _float_edges(short))


def _complex(r: Random, short: str) -> str:
    part = "f4" if short == "c8" else "f8"
    if r.random() < 0.8:
        return f"complex({r.choice(_SMALL_FLOATS)}, {r.choice(_SMALL_FLOATS)})"
    return f"complex({_float(r, part)}, {_float(r, part)})"


def value(r: Random, name: str, bits: int = 63) -> str:
    """One value of a type; a Python int below 2**bits."""
    if kind(name) == "b":
        return r.choice(("True", "False"))
    if name == "int":
        limit = 2**bits - 1
        return _integer(r, -limit, limit)
    if kind(name) == "f":
        return _float(r, "f4" if name == "f4" else "f8")
    if kind(name) == "c":
        return _complex(r, "c8" if name == "c8" else "c16")
    info = np.iinfo(DTYPE[name])
    return _integer(r, int(info.min), int(info.max))


def scalar(r: Random, name: str, bits: int = 63) -> str:
    """One argument: a Python value for a weak type, a NumPy scalar for a strong one."""
    text = value(r, name, bits)
    return strong(name, text) if name in DTYPE else text


def strong(short: str, text: str) -> str:
    """A NumPy scalar."""
    return f"{NUMPY_NAME[short]}({text})"


def array(r: Random, short: str, shape: tuple[int, ...], layout: str, small: bool = False) -> str:
    """An array of a layout: "C", "F", or "S" (every second element, or backwards)."""
    if 0 in shape:
        return f"np.zeros({shape}, {NUMPY_NAME[short]}{', order=chr(70)' if layout == 'F' else ''})"
    stretched = tuple(2 * n for n in shape) if layout == "S" else shape

    def one() -> str:
        return str(r.randint(-4 if kind(short) == "i" else 0, 3)) if small else value(r, short)

    def nested(lengths: tuple[int, ...]) -> str:
        if not lengths:
            return one()
        return "[" + ", ".join(nested(lengths[1:]) for _ in range(lengths[0])) + "]"

    text = f"np.array({nested(stretched)}, {NUMPY_NAME[short]})"
    if layout == "F":
        return f"np.asfortranarray({text})"
    if layout == "S":
        steps = ", ".join(r.choice(("::2", "::-2")) for _ in shape)
        return f"{text}[{steps}]"
    return text
