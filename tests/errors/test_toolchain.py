"""Whole texts of what a failing toolchain raises, and that nothing of it is kept."""

import os
import pathlib
import re
import shutil

import numpy as np
import pytest

import numeta as nm
from numeta import _cache
from numeta.compilation import _python_line


@pytest.fixture
def uncached():
    """The cache is off, and every setting is as before afterwards."""
    before = {
        name: getattr(nm.config, name) for name in ("cache", "fc", "cc", "fflags", "keep_failed")
    }
    nm.config.cache = "off"
    yield
    for name, value in before.items():
        setattr(nm.config, name, value)


def fresh():
    @nm.jit
    def kernel(a: nm.f8[:]) -> None:
        a[0] = 1

    return kernel


NAME = "fresh.<locals>.kernel()"


def test_no_fortran_compiler(uncached):
    nm.config.fc = "/nonexistent/gfortran"
    kernel = fresh()
    with pytest.raises(nm.CompileError) as caught:
        kernel(np.zeros(1))
    assert caught.value.number == 501 and caught.value.command == "/nonexistent/gfortran"
    head = str(caught.value).splitlines()[:3]
    assert head == [
        "NM501: no Fortran compiler was found",
        "  Instead: install gfortran (Debian: apt-get install gfortran), set NUMETA_FC, or name a"
        " store that has the kernel in NUMETA_CACHE_PATH",
        "  Command: /nonexistent/gfortran",
    ]
    nm.config.fc = ""
    a = np.zeros(1)
    kernel(a)
    assert a[0] == 1


def test_flags_that_the_compiler_does_not_know(uncached):
    nm.config.fflags = "-fno-such-flag"
    with pytest.raises(nm.CompileError) as caught:
        fresh()(np.zeros(1))
    text = re.sub(r"Command: .*", "Command: ...", str(caught.value))
    assert text.splitlines()[:4] == [
        f"NM508: the Fortran compiler failed on {NAME} with the flags of NUMETA_FFLAGS",
        "  Instead: compile without them to see whether they are the reason",
        "  Command: ...",
        "  Output:",
    ]
    assert "-fno-such-flag" in caught.value.command and "-fno-such-flag" in caught.value.output


def test_the_sources_of_a_failure_are_kept_where_asked_for(uncached):
    nm.config.fflags = "-fno-such-flag"
    with pytest.raises(nm.CompileError) as caught:
        fresh()(np.zeros(1))
    assert caught.value.kept == "" and "Source kept" not in str(caught.value)
    nm.config.keep_failed = True
    kernel = fresh()
    with pytest.raises(nm.CompileError) as caught:
        kernel(np.zeros(1))
    kept = pathlib.Path(caught.value.kept)
    try:
        assert str(caught.value).splitlines()[-1] == f"  Source kept at: {kept}"
        assert (kept / "kernel.f90").read_text() == kernel.fortran(nm.f8[:])
    finally:
        shutil.rmtree(kept)


REPORT = (
    "this is a fault of numeta, not of the kernel: please report it with the source, which"
    " NUMETA_KEEP_FAILED=1 keeps"
)
DOCTOR = "run `numeta doctor` to see what is missing"
TWICE = '\nsubroutine twice() bind(C, name="{symbol}")\nend subroutine twice\n'
NOWHERE = "\nint numeta_nowhere(void);\nint (*numeta_pointer)(void) = numeta_nowhere;\n"
BROKEN = [
    (503, "\nbroken\n", "", f"the Fortran compiler failed on {NAME}", REPORT),
    (504, "", "\nbroken\n", f"the C compiler failed on the stub of {NAME}", REPORT),
    (505, TWICE, "", f"the linker failed on {NAME}", DOCTOR),
    (506, "", NOWHERE, f"the shared object of {NAME} could not be loaded", DOCTOR),
]


@pytest.mark.parametrize("number, fortran, stub, text, hint", BROKEN, ids=[b[0] for b in BROKEN])
def test_a_broken_text_of_numeta(uncached, monkeypatch, number, fortran, stub, text, hint):
    build = _cache.build

    def broken(fortran_text, stub_text, symbol, *rest):
        fortran_text += fortran.format(symbol=symbol)
        return build(fortran_text, stub_text + stub, symbol, *rest)

    monkeypatch.setattr(_cache, "build", broken)
    with pytest.raises(nm.CompileError) as caught:
        fresh()(np.zeros(1))
    lines = [line for line in str(caught.value).splitlines() if not line.startswith("  File")]
    assert lines[:2] == [f"NM{number}: {text}", f"  Instead: {hint}"]


def test_no_c_compiler(uncached):
    nm.config.cc = "/nonexistent/gcc"
    with pytest.raises(nm.CompileError) as caught:
        fresh()(np.zeros(1))
    assert str(caught.value).splitlines()[:3] == [
        "NM502: no C compiler was found",
        "  Instead: install gcc (Debian: apt-get install gcc), set NUMETA_CC, or name a store that"
        " has the kernel in NUMETA_CACHE_PATH",
        "  Command: /nonexistent/gcc",
    ]


def test_a_fortran_message_is_mapped_to_the_python_line():
    @nm.jit
    def kernel(a: nm.f8[:]) -> None:
        for i in nm.range(a.shape[0]):
            a[i] = a[i] * 3

    kernel(np.zeros(1))
    emission = kernel.specialisations[0].info.traced.emission
    lines = emission.fortran.splitlines()
    place = next(k for k, line in enumerate(lines, 1) if "* 3" in line)
    output = f"kernel.f90:{place}:12:\n\n  text\n  1\nError: something"
    expected = kernel.py_func.__code__.co_firstlineno + 3
    filename, line = _python_line(output, emission.line_map)
    assert (os.path.basename(filename), line) == ("test_toolchain.py", expected)
    assert _python_line("no place at all", emission.line_map) == ("", 0)
