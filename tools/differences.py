"""Where a kernel in default mode differs from plain Python: one row per operation and input.

docs/differences.md is made from these rows, and tests/docs/test_differences.py runs each one as
plain Python (hinted scalars converted, as `nm.debug()` does), in default mode and with checks=True.
A result is the `repr` of a value or the name of an exception, `+ RuntimeWarning` where NumPy warns.
What is no row behaves as in plain Python or raises.
"""

from typing import NamedTuple

ZERO, DOMAIN, RANGE = "ZeroDivisionError", "ValueError", "OverflowError"
WRAPPED = "-9223372036854775808"
ABOVE = "9223372036854775808"
HUGE = "1000000000000000019884624838656"


class Row(NamedTuple):
    """`operation` in a kernel of these `parameters`, called with `arguments` (Python text)."""

    operation: str
    parameters: str
    arguments: str
    plain: str
    default: str
    checks: str
    shown: str = ""  # what the page says instead of `default`


class Section(NamedTuple):
    """Rows that differ for one reason, which `text` gives."""

    title: str
    text: str
    rows: tuple[Row, ...]


class Accuracy(NamedTuple):
    """A function whose last digits differ: at most `ulp` units over samples of `low` to `high`."""

    function: str
    ulp: int
    low: float
    high: float


def _int(operation: str, i: str, j: str, plain: str, default: str, checks: str = RANGE) -> Row:
    return Row(operation, "i: int, j: int", f"{i}, {j}", plain, default, checks)


def _one(operation: str, x: str, plain: str, default: str, checks: str = "") -> Row:
    return Row(operation, "x: float", x, plain, default, checks or plain)


def _two(operation: str, x: str, y: str, plain: str, default: str, checks: str = "") -> Row:
    return Row(operation, "x: float, y: float", f"{x}, {y}", plain, default, checks or plain)


def _math(name: str, x: str, plain: str, default: str) -> Row:
    return _one(f"math.{name}(x)", x, plain, default)


def _warns(operation: str, kind: str, arguments: str, result: str) -> Row:
    names = "ij" if kind == "nm.i8" else "xy"
    used = [name for name in names if name in operation.replace("np.", "")]
    parameters = ", ".join(f"{name}: {kind}" for name in used)
    return Row(operation, parameters, arguments, f"{result} + RuntimeWarning", result, result)


# fmt: off
SECTIONS = (
    Section("Python integers have 64 bits", "They wrap where Python's grow. An argument that does"
            " not fit raises OverflowError in every mode, and so does an int that leaves 64 bits in"
            " a loop whose range Python knows when it compiles (`range(300)`).", (
        _int("i + j", "2**63 - 1", "1", ABOVE, WRAPPED),
        _int("i - j", "-2**63", "1", "-9223372036854775809", "9223372036854775807"),
        _int("i * j", "2**62", "2", ABOVE, WRAPPED),
        _int("i ** j", "10", "19", "10000000000000000000", "-8446744073709551616"),
        _int("i << j", "1", "63", ABOVE, WRAPPED),
        _int("i << j", "1", "64", "18446744073709551616", "0"),
        Row("-i", "i: int", "-2**63", ABOVE, WRAPPED, RANGE),
        Row("abs(i)", "i: int", "-2**63", ABOVE, WRAPPED, RANGE),
        _int("sum((i, j))", "2**63 - 1", "1", ABOVE, WRAPPED),
        _int("i // j", "-2**63", "-1", ABOVE, WRAPPED, WRAPPED),
        _int("math.gcd(i, j)", "-2**63", "0", ABOVE, WRAPPED),
        _int("math.lcm(i, j)", "2**62", "3", "13835058055282163712", "4611686018427387904"),
        _int("math.comb(i, j)", "67", "33", "14226520737620288370", "-4220223336089263246"),
        _int("math.perm(i, j)", "21", "20", "51090942171709440000", "-4249290049419214848"),
        Row("math.factorial(i)", "i: int", "21", "51090942171709440000", "-4249290049419214848",
            RANGE),
    )),
    Section("Integer operations without a result", "", (
        _int("i // j", "1", "0", ZERO, "0", ZERO),
        _int("i % j", "1", "0", ZERO, "0", ZERO),
        _int("divmod(i, j)", "1", "0", ZERO, "(0, 0)", ZERO),
        _int("i / j", "1", "0", ZERO, "inf", ZERO),
        _int("i << j", "1", "-1", DOMAIN, "0", DOMAIN),
        _int("i >> j", "1", "-1", DOMAIN, "0", DOMAIN),
        _int("i ** j", "2", "-1", "0.5", DOMAIN, DOMAIN),
        _int("i ** j", "0", "-1", ZERO, DOMAIN, ZERO),
        _int("pow(i, j)", "2", "-1", "0.5", DOMAIN, DOMAIN),
        Row("math.isqrt(i)", "i: int", "-1", DOMAIN, "0", DOMAIN),
        Row("math.factorial(i)", "i: int", "-1", DOMAIN, "0", DOMAIN),
        _int("math.comb(i, j)", "5", "-1", DOMAIN, "0", DOMAIN),
        _int("math.perm(i, j)", "-5", "2", DOMAIN, "0", DOMAIN),
    )),
    Section("Division by zero and powers of floats", "The result is that of IEEE arithmetic.", (
        _two("x / y", "1.0", "0.0", ZERO, "inf"),
        _two("x / y", "0.0", "0.0", ZERO, "nan"),
        _two("x // y", "1.0", "0.0", ZERO, "inf"),
        _two("x % y", "1.0", "0.0", ZERO, "nan"),
        _two("divmod(x, y)", "1.0", "0.0", ZERO, "(inf, nan)"),
        _two("x ** y", "0.0", "-1.0", ZERO, "inf"),
        _two("x ** y", "10.0", "400.0", RANGE, "inf"),
        _two("x ** y", "-4.0", "0.5", "(1.2246467991473532e-16+2j)", "nan", "nan"),
        Row("z / w", "z: complex, w: complex", "1j, 0j", ZERO, "(nan+infj)", ZERO),
        Row("z ** w", "z: complex, w: complex", "0j, -1+0j", ZERO, "(nan+nanj)", ZERO),
        Row("z ** w", "z: complex, w: complex", "0j, 1j", ZERO, "(nan+nanj)", ZERO),
        Row("z ** w", "z: complex, w: complex", "0j, 1+1j", ZERO, "(nan+nanj)", ZERO),
        Row("z ** w", "z: complex, w: complex", "1e200+0j, 2+0j", RANGE, "(inf+nanj)", RANGE),
        Row("z ** w", "z: complex, w: complex", "1e-200j, -2+0j", ZERO, "(nan+nanj)", ZERO),
        Row("z ** w", "z: complex, w: complex", "complex(0, math.inf), 1+0j", RANGE,
            "(nan+infj)", RANGE),
        Row("z ** w", "z: complex, w: complex", "complex(2, math.inf), 1j", ZERO,
            "(nan+nanj)", ZERO),
    )),
    Section("Domain and range errors of math", "They give nan or an infinity. Of cmath, a part of"
            " the result may be another one where a part of the argument is a NaN.", (
        _math("sqrt", "-1.0", DOMAIN, "nan"),
        _math("log", "0.0", DOMAIN, "-inf"),
        _math("log", "-1.0", DOMAIN, "nan"),
        _math("log2", "0.0", DOMAIN, "-inf"),
        _math("log10", "-1.0", DOMAIN, "nan"),
        _math("log1p", "-1.0", DOMAIN, "-inf"),
        _two("math.log(x, y)", "2.0", "1.0", ZERO, "inf"),
        _math("exp", "1000.0", RANGE, "inf"),
        _math("exp2", "2000.0", RANGE, "inf"),
        _math("expm1", "1000.0", RANGE, "inf"),
        _math("sinh", "1000.0", RANGE, "inf"),
        _math("cosh", "1000.0", RANGE, "inf"),
        _math("sin", "math.inf", DOMAIN, "nan"),
        _math("cos", "math.inf", DOMAIN, "nan"),
        _math("tan", "math.inf", DOMAIN, "nan"),
        _math("asin", "2.0", DOMAIN, "nan"),
        _math("acos", "2.0", DOMAIN, "nan"),
        _math("acosh", "0.0", DOMAIN, "nan"),
        _math("atanh", "1.0", DOMAIN, "inf"),
        _math("gamma", "-1.0", DOMAIN, "nan"),
        _math("gamma", "0.0", DOMAIN, "inf"),
        _math("gamma", "200.0", RANGE, "inf"),
        _math("lgamma", "-1.0", DOMAIN, "inf"),
        _math("lgamma", "1e306", RANGE, "inf"),
        _two("math.fmod(x, y)", "1.0", "0.0", DOMAIN, "nan"),
        _two("math.remainder(x, y)", "1.0", "0.0", DOMAIN, "nan"),
        _two("math.pow(x, y)", "0.0", "-1.0", DOMAIN, "inf"),
        _two("math.pow(x, y)", "-8.0", "0.5", DOMAIN, "nan"),
        _two("math.pow(x, y)", "10.0", "400.0", RANGE, "inf"),
        Row("math.ldexp(x, i)", "x: float, i: int", "1.0, 1024", RANGE, "inf", RANGE),
        _two("math.isclose(x, 1.0, abs_tol=y)", "1.5", "-1.0", DOMAIN, "False"),
        _two("math.fsum((x, y, -x))", "1.5e308", "1.5e308", RANGE, "inf"),
        _two("math.fsum((x, y))", "math.inf", "-math.inf", DOMAIN, "nan"),
        Row("cmath.log(z)", "z: complex", "0j", DOMAIN, "(-inf+0j)", DOMAIN),
        Row("cmath.exp(z)", "z: complex", "1000+1j", RANGE, "(inf+infj)", RANGE),
        Row("cmath.tan(z)", "z: complex", "complex(math.nan, 0)", "(nan+nanj)", "(nan+0j)",
            "(nan+0j)"),
    )),
    Section("Conversions that do not fit", "The result is that of NumPy's `astype`.", (
        _one("int(x)", "math.nan", DOMAIN, WRAPPED),
        _one("int(x)", "math.inf", RANGE, WRAPPED),
        _one("int(x)", "1e30", HUGE, WRAPPED, RANGE),
        _one("round(x)", "math.nan", DOMAIN, WRAPPED),
        _one("round(x)", "1e30", HUGE, WRAPPED, RANGE),
        _one("math.floor(x)", "math.nan", DOMAIN, WRAPPED),
        _one("math.floor(x)", "1e30", HUGE, WRAPPED, RANGE),
        _one("math.ceil(x)", "math.inf", RANGE, WRAPPED),
        _one("math.ceil(x)", "1e30", HUGE, WRAPPED, RANGE),
        _one("math.trunc(x)", "-math.inf", RANGE, WRAPPED),
        _one("math.trunc(x)", "1e30", HUGE, WRAPPED, RANGE),
        Row("int(i)", "i: nm.u8", "2**63", ABOVE, WRAPPED, RANGE),
        _one("nm.i8(x)", "math.nan", DOMAIN, f"np.int64({WRAPPED})", DOMAIN),
        _one("nm.i8(x)", "1e30", RANGE, f"np.int64({WRAPPED})"),
        _one("nm.i4(x)", "-3e9", RANGE, "np.int32(-2147483648)"),
        _one("nm.i2(x)", "1e5", RANGE, "np.int16(-31072)"),
        _one("nm.i1(x)", "200.0", RANGE, "np.int8(-56)"),
        _one("nm.u8(x)", "1e20", RANGE, "np.uint64(0)"),
        _one("nm.u4(x)", "-1.0", RANGE, "np.uint32(4294967295)"),
        _one("nm.u2(x)", "-24691.0", RANGE, "np.uint16(40845)"),
        _one("nm.u1(x)", "256.0", RANGE, "np.uint8(0)"),
    )),
    Section("Element indices", "They are not checked: a read gives what lies there, and a write"
            " damages it. Use checks=True where an index may be wrong.", (
        Row("a[i]", "a: nm.f8[:], i: int", "np.zeros(64)[:3], 3", "IndexError",
            "np.float64(0.0)", "IndexError", "what lies there"),
        Row("a[i]", "a: nm.f8[:], i: int", "np.zeros(64)[8:11], -4", "IndexError",
            "np.float64(0.0)", "IndexError", "what lies there"),
        Row("a[i] = 1.0", "a: nm.f8[:], i: int", "np.zeros(64)[:3], 3", "IndexError",
            "None", "IndexError", "writes there"),
    )),
    Section("Warnings of NumPy", "NumPy's arithmetic warns and gives a result; a kernel gives the"
            " result. It is no error in NumPy, so checks=True does not make it one.", (
        _warns("x / y", "nm.f8", "1.0, 0.0", "np.float64(inf)"),
        _warns("x ** y", "nm.f8", "-8.0, 0.5", "np.float64(nan)"),
        _warns("np.sqrt(x)", "nm.f8", "-1.0", "np.float64(nan)"),
        _warns("np.log(x)", "nm.f8", "0.0", "np.float64(-inf)"),
        _warns("i + j", "nm.i8", "2**63 - 1, 1", f"np.int64({WRAPPED})"),
        _warns("i // j", "nm.i8", "1, 0", "np.int64(0)"),
        _warns("i % j", "nm.i8", "1, 0", "np.int64(0)"),
        _warns("abs(i)", "nm.i8", "-2**63", f"np.int64({WRAPPED})"),
    )),
    Section("Types of results", "`min` and `max` of Python give the object that they choose, of a"
            " type that depends on the values; a kernel gives the one type that holds them all"
            " exactly, and refuses where there is none. `np.where` of numbers gives a NumPy number"
            " and not an array without axes. Which operand stands on the left of `==` is not known"
            " where one is a constant: it is taken to be on the right.", (
        Row("max(x, 0.0)", "x: nm.f8", "-1.0", "0.0", "np.float64(0.0)", "np.float64(0.0)"),
        Row("max(x, 1.0)", "x: nm.f4", "0.5", "1.0", "np.float32(1.0)", "np.float32(1.0)"),
        Row("min(i, 3)", "i: nm.i4", "5", "3", "np.int32(3)", "np.int32(3)"),
        Row("max(i, x)", "i: int, x: float", "3, 2.0", "3", "3.0", "3.0"),
        Row("np.where(i > 0, x, y)", "i: int, x: float, y: float", "1, 2.0, 3.0",
            "array(2.)", "np.float64(2.0)", "np.float64(2.0)"),
        Row("max(x, y)", "x: float, y: nm.f8", "2.0, 1.0",
            "2.0", "np.float64(2.0)", "np.float64(2.0)"),
        Row("min(i, y)", "i: int, y: nm.f8", "1, 2.0",
            "1", "np.float64(1.0)", "np.float64(1.0)"),
        Row("max(i, x)", "i: int, x: float", "2, 1.0", "2", "2.0", "2.0"),
        Row("1j == x", "x: nm.f8", "1.0", "False", "np.False_", "np.False_"),
        Row("np.float64(1) == z", "z: complex", "2j", "np.False_", "False", "False"),
    )),
    Section("The sign of a NaN", "It is not kept: no arithmetic says what it is, and compilers"
            " change it. `copysign` and `signbit` are all that can see it.", (
        _one("math.copysign(1.0, x * -1.0)", "math.nan", "1.0", "-1.0", "-1.0"),
    )),
    Section("Values that have one type on each path", "A name, a choice or a result that holds"
            " values of several numeric types has their common type on every path: a Python number"
            " beside a NumPy one is a NumPy scalar, an int beside a float a float. Where no type"
            " keeps every value and every rounding, its use is refused.", (
        Row("1 if b else 0.5", "b: bool", "True", "1", "1.0", "1.0"),
        Row("x if b else 1", "x: nm.i4, b: bool", "3, False", "1", "np.int32(1)", "np.int32(1)"),
        Row("x if b else y", "x: nm.i4, y: nm.i8, b: bool", "3, 4, True", "np.int32(3)",
            "np.int64(3)", "np.int64(3)"),
        Row("True if b else 2", "b: bool", "True", "True", "1", "1"),
    )),
)

ACCURACY = (
    *(Accuracy(f"math.{name}", 4, 0.01, 0.99) for name in
      "exp log sin cos tan asin acos atan sinh cosh tanh".split()),
)
# fmt: on


def _cell(result: str) -> str:
    return " + ".join(
        part if part.endswith("Error") else f"`{part}`" for part in result.split(" + ")
    )


def page() -> str:
    """The text of docs/differences.md."""
    lines = [
        "# Where default mode differs from plain Python",
        "",
        "A kernel gives what its undecorated function gives, except for the rows below; the last",
        "column is the same kernel with `checks=True`. In a parameter, `int` and `float` are",
        "Python's numbers and `nm.i8` and `nm.f8` are NumPy's.",
        "",
        "Made by tools/generate_docs.py from tools/differences.py; each row is run by a test.",
    ]
    for section in SECTIONS:
        lines += ["", f"## {section.title}", ""]
        lines += [section.text, ""] if section.text else []
        lines += ["| operation | with | plain Python | default mode | `checks=True` |"]
        lines += ["|---|---|---|---|---|"]
        for row in section.rows:
            names = (f"`{row.parameters}`", f"`{row.arguments}`")
            default = row.shown or _cell(row.default)
            lines.append(
                f"| `{row.operation}` | {names[0]} = {names[1]} | {_cell(row.plain)}"
                f" | {default} | {_cell(row.checks)} |"
            )
    lines += ["", "## Last digits", "", "Default mode may differ from Python in the last place."]
    lines += ["`exact=True` gives Python's bits. math.gamma and math.lgamma have them in every"]
    lines += ["mode; math.hypot of two numbers is within 1 unit, of more it has them.", ""]
    lines += ["np.multiply of complex numbers uses the fused products of the processor where it"]
    lines += [
        "has them, `x * y` of NumPy's numbers does not; in a kernel both are `x * y`, so that"
    ]
    lines += ["parts that overflow, as in the square of 1e30+1e30j in complex64, may be nan where"]
    lines += ["np.multiply gives an infinity.", ""]
    lines += ["| function | units in the last place, at most | between |", "|---|---|---|"]
    for entry in ACCURACY:
        between = f"{entry.low:g} and {entry.high:g}"
        lines.append(f"| `{entry.function}` | {entry.ulp} | {between} |")
    return "\n".join(lines) + "\n"
