"""Faults 27 to 30: what kernels are made of changes, or only seems to.

Each program is a process of its own; it prints the result of a kernel and how many were compiled.
The key of an entry is made of what was traced, so a change that matters is a miss and no other is.
"""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

from .conftest import Program

CALLER = """
    import numpy as np, numeta as nm
    import callee
    @nm.jit
    def kernel(a: nm.f8[:]) -> float:
        s = 0.0
        for i in range(len(a)):
            s += callee.term(a[i])
        return s
    print(kernel(np.ones(3)))
"""
DOUBLE, TRIPLE = "def term(x):\n    return x * 2\n", "def term(x):\n    return x * 3\n"


def test_fault_27_callee_edited_in_another_module(program: Program) -> None:
    assert program(CALLER, callee=DOUBLE) == "6.0\n1\n"
    assert program(CALLER, callee=TRIPLE) == "9.0\n1\n"
    assert program(CALLER, callee=DOUBLE) == "6.0\n0\n"


def test_fault_27_callee_of_a_callee_reloaded_and_monkeypatched(program: Program) -> None:
    code = (
        CALLER
        + """
    import importlib, inner, pathlib
    pathlib.Path("inner.py").write_text("def scale(x):\\n    return x * 300\\n")
    importlib.invalidate_caches()
    importlib.reload(inner)
    print(kernel(np.ones(3)))
    inner.scale = lambda x: x * 5
    print(kernel(np.ones(3)))
    callee.term = lambda x: x - 1
    print(kernel(np.ones(3)))
    """
    )
    inner = "def scale(x):\n    return x * 2\n"
    callee = "import inner\ndef term(x):\n    return inner.scale(x)\n"
    assert program(code, callee=callee, inner=inner) == "6.0\n900.0\n15.0\n0.0\n4\n"


def test_fault_28_outside_values_change_and_change_back(program: Program) -> None:
    """Globals, closures, defaults, class attributes, contents of captured arrays."""
    code = """
        import numpy as np, numeta as nm
        G = GLOBAL
        class Settings:
            factor = ATTRIBUTE
        table = np.array([1.0, TABLE])
        def make(c):
            @nm.jit
            def closed(x: nm.f8) -> float:
                return x + c
            return closed
        @nm.jit
        def of_global(x: nm.f8) -> float:
            return x + G
        @nm.jit
        def of_class(x: nm.f8) -> float:
            return x + Settings.factor
        @nm.jit
        def of_array(x: nm.f8) -> float:
            return x + table[1]
        @nm.jit
        def of_default(x: nm.f8, y=DEFAULT) -> float:
            return x + y
        print(of_global(1.0), make(CLOSURE)(1.0), of_class(1.0), of_array(1.0), of_default(1.0))
    """

    def with_values(value: int) -> str:
        text = code
        for name in ("GLOBAL", "ATTRIBUTE", "TABLE", "CLOSURE", "DEFAULT"):
            text = text.replace(name, f"{value}.5")
        return program(text)

    assert with_values(1).split() == ["2.5"] * 5 + ["5"]
    changed = with_values(7).split()
    assert changed[:5] == ["8.5"] * 5
    assert with_values(1).split() == ["2.5"] * 5 + ["0"]


def test_fault_28_outside_values_change_while_the_process_runs(program: Program) -> None:
    code = """
        import numpy as np, numeta as nm
        G = 1.5
        class Settings:
            factor = 1.5
        table = np.array([1.0, 1.5])
        @nm.jit
        def kernel(x: nm.f8) -> float:
            return x + G * 100 + Settings.factor * 10 + table[1]
        print(kernel(0.0))
        G = 2.5
        print(kernel(0.0))
        Settings.factor = 3.5
        print(kernel(0.0))
        table[1] = 4.5
        print(kernel(0.0))
        G, Settings.factor, table[1] = 1.5, 1.5, 1.5
        print(kernel(0.0))
    """
    lines = program(code).split()
    assert lines[:5] == ["166.5", "266.5", "286.5", "289.5", "166.5"]


def test_fault_29_nothing_that_is_not_compiled_makes_a_miss(
    program: Program, tmp_path: Path
) -> None:
    """Comments, blank lines, neighbours, the place and the times of files."""
    kernel = """
        import numpy as np, numeta as nm
        BEFORE
        @nm.jit
        def kernel(a: nm.f8[:]) -> float:
            INSIDE
            s = 0.0
            for i in range(len(a)):
                s += a[i] / 3
            return s
    """
    main = "import numpy as np\nimport NAME\nprint(NAME.kernel(np.ones(3)))\n"

    def compiled(before: str = "", inside: str = "", name: str = "module") -> str:
        text = textwrap.dedent(kernel).replace("BEFORE", before).replace("INSIDE", inside)
        return program(main.replace("NAME", name), **{name: text}).split()[1]

    assert compiled() == "1"
    assert compiled(before="# a comment\n\n\n") == "0"
    assert compiled(inside="# a comment\n\n    '''and a docstring'''") == "0"
    assert compiled(before="def neighbour(x):\n    return x * 2\n") == "0"
    assert compiled(name="moved") == "0"
    os.utime(tmp_path / "moved.py", (1, 1))
    assert program(main.replace("NAME", "moved")).split()[1] == "0"


def test_fault_30_kernels_that_look_alike_are_told_apart(program: Program) -> None:
    """One name and line in two files, lambdas on one line, exec, a cell that is defined again."""
    module = """
        import numeta as nm
        @nm.jit
        def kernel(x: nm.f8) -> float:
            return x * FACTOR
    """
    code = """
        import linecache, numpy as np, numeta as nm
        import one, two
        print(one.kernel(1.0), two.kernel(1.0))
        f, g = nm.jit(lambda a: a[0] * 4.0), nm.jit(lambda a: a[0] * 5.0)
        print(f(np.ones(1)), g(np.ones(1)))
        for factor in (6.0, 7.0):
            names = {"nm": nm}
            source = f"@nm.jit\\ndef cell(x: nm.f8) -> float:\\n    return x * {factor}\\n"
            file = "<cell>"
            linecache.cache[file] = (len(source), None, source.splitlines(True), file)
            exec(compile(source, file, "exec"), names)
            print(names["cell"](1.0))
    """
    files = {"one": module.replace("FACTOR", "2.0"), "two": module.replace("FACTOR", "3.0")}
    first = program(code, **files).split()
    assert first == ["2.0", "3.0", "4.0", "5.0", "6.0", "7.0", "6"]
    assert program(code, **files).split() == [*first[:-1], "0"]
