"""Every small loop: kernels of one loop, three statements in it, an `else` and what is returned.

What generated kernels meet by chance only is here in full: each way of leaving a loop or going on
before and after each way of binding a name, in compiled and in unrolled loops. Case k of
`make(k)` is one of `TOTAL`; the first ones of a run are spread over all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import indent

from .kernels import Case

_LOOPS = (
    ("", "for i in range(n):", ""),
    ("", "for i in range(3):", ""),
    ("i = -1\n", "while i < n - 1:", "i += 1\n"),
    ("", "for i, x in enumerate(a[:n]):", ""),
)
_STATEMENTS = (
    "s = i * 2 + 1",
    "t = s",
    "s += t",
    "s, t = t, s + 1",
    "u = s + i",
    "if a[i] > 0:\n    break",
    "if a[i] < 0:\n    continue",
    "if i == 1:\n    break",
    "if i == 1:\n    continue",
    "if a[i] > 1:\n    return t, s",
    "if a[i] < -1:\n    s = 5\nelse:\n    t = 7",
    "for j in range(2):\n    if a[j] > a[i]:\n        break\n    s += j\nelse:\n    t = 3",
    "b, c = c, b",
    "b = c",
)
_ELSES = ("", "s = -1", "t, s = s, 0", "u = 3", "if n > 2:\n    return s, -t")
_RETURNS = ("s, t, i", "s, u", "t, int(b[0])")
_RADICES = (len(_STATEMENTS),) * 3 + (len(_LOOPS), len(_ELSES), len(_RETURNS))

TOTAL = 1
for _radix in _RADICES:
    TOTAL *= _radix
_STEP = 7_368_787  # a prime that does not divide TOTAL: the cases of a run are far from each other

_ARRAYS = ("0, 0, 0, 0", "1, 0, 0, 0", "0, 2, 0, 0", "-1, 0, 1, 0", "0, -2, -1, 2", "-2, -1, 0, 1")


def _digits(number: int) -> list[int]:
    rest, found = number * _STEP % TOTAL, []
    for radix in _RADICES:
        rest, digit = divmod(rest, radix)
        found.append(digit)
    return found


def _body(parts: Sequence[str]) -> str:
    return indent("\n".join(part for part in parts if part), "    ")


def source(number: int, name: str) -> str:
    """The text of one kernel."""
    *places, loop, otherwise, returned = _digits(number)
    before, head, first = _LOOPS[loop]
    text = f"{before}s = t = 0\nif n > 9:\n    u = 0\n{head}\n"
    text += _body([first.rstrip("\n"), *(_STATEMENTS[place] for place in places)])
    if _ELSES[otherwise]:
        text += "\nelse:\n" + _body([_ELSES[otherwise]])
    text += f"\nreturn {_RETURNS[returned]}"
    hints = "a: nm.i8[:], b: nm.i8[:], c: nm.i8[:], n: int"
    return f"def {name}({hints}):\n" + indent(text, "    ") + "\n"


def make(number: int) -> Case:
    """Case `number`, called with arrays and counts that leave the loop in different iterations."""
    name = f"k{number}"
    arrays = [f"np.array([{items}])" for items in _ARRAYS]
    fixed = "np.array([10, 11]), np.array([20, 21])"
    arguments = [f"({a}, {fixed}, {4 - k % 3 if k else 0})" for k, a in enumerate(arrays)]
    return Case(name, source(number, name), arguments)
