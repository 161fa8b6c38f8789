"""`numeta emit`: the Fortran of a kernel without a compiler, and the grammar of its types."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import numeta as nm
from numeta.cli import signature

Run = Callable[..., Result]


def test_emit_prints_the_fortran_of_the_types(run: Run, kernels: str, cache_dir: Path) -> None:
    result = run("emit", f"{kernels}:mixed_loops", "f8[:, :], n=3")
    assert result.exit_code == 0, result.output
    assert result.output.count("end do") == 3
    assert "array(2, j)" in result.output
    assert list(cache_dir.glob("*/*.so")) == []


def test_emit_prints_one_json_value(run: Run, kernels: str) -> None:
    result = run("emit", f"{kernels}:scale", "f8[:]", "--json")
    answer = json.loads(result.output)
    assert answer["kernel"] == f"{kernels}:scale"
    assert answer["types"] == "f8[:]"
    assert "subroutine scale" in answer["fortran"]


def test_emit_of_a_refused_kernel_exits_1_and_names_the_line(run: Run, kernels: str) -> None:
    result = run("emit", f"{kernels}:refused", "f8[:]")
    assert result.exit_code == 1
    assert f'File "{kernels}", line 20' in result.stderr
    answer = json.loads(run("emit", f"{kernels}:refused", "f8[:]", "--json").stdout)
    assert isinstance(answer["number"], int)


def test_emit_for_a_wrong_type_exits_1_and_names_the_parameter(run: Run, kernels: str) -> None:
    result = run("emit", f"{kernels}:scale", "f4[:]")
    assert result.exit_code == 1
    assert "'array'" in result.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("scale",), "not of the form module:kernel: scale"),
        (("no_such_module:scale",), "cannot import no_such_module"),
        (("KERNELS:none",), "has no none"),
        (("KERNELS:plain",), "is not a kernel; decorate it with @nm.jit"),
        (("KERNELS:scale", "f8["), "not of the form"),
        (("KERNELS:scale", "f8[1.5]"), "not a dimension, ':' or a length: 1.5"),
        (("KERNELS:scale", "quux"), "no type of numeta: quux"),
        (("KERNELS:scale", "jit"), "no type of numeta: jit"),
        (("KERNELS:scale", "print(1)"), "neither a type nor a literal: print(1)"),
        (("KERNELS:scale", "f8[:], m=3"), "no such parameter: m"),
        (("KERNELS:scale", "f8[:], f8, f8"), "3 items for 2 parameters"),
        (("KERNELS:scale", ""), "nothing is given for the parameter array"),
    ],
)
def test_wrong_use_exits_2(run: Run, kernels: str, words: tuple[str, ...], complaint: str) -> None:
    result = run("emit", *(word.replace("KERNELS", kernels) for word in words))
    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.split())


def test_signature_reads_types_and_literals() -> None:
    positional, named = signature.parse("f8[:, 3], float, int32, n=(1, 'a'), flag=True, z=-2")
    assert [repr(given) for given in positional] == ["nm.f8[:, 3]", "<class 'float'>", "nm.i4"]
    assert named == {"n": (1, "a"), "flag": True, "z": -2}


def test_signature_fills_the_parameters_that_are_not_named() -> None:
    def function(n, first, *rest, flag=False):
        return None

    args, kwargs = signature.bind(function, "f8, i8, i4, n=3, flag=True")
    assert args == (3, nm.f8, nm.i8, nm.i4)
    assert kwargs == {"flag": True}
