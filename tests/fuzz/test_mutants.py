"""The fuzzer calls planted bugs wrong, within a few hundred kernels each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from . import mutants, runner

COUNT = 400


@pytest.mark.parametrize("name", mutants.REFERENCES)
def test_a_wrong_reference_is_found(name: str) -> None:
    plan = runner.generated(7, COUNT)
    plan.planted = mutants.REFERENCES[name]
    assert found(plan)


@pytest.mark.parametrize("name", mutants.FORTRAN)
def test_wrong_fortran_is_found(name: str) -> None:
    plan = runner.generated(7, COUNT)
    plan.damage = mutants.FORTRAN[name]
    assert found(plan)


def found(plan: runner.Plan) -> int:
    plan.batch, plan.stop_at_wrong, plan.modes = 40, True, ("default",)
    plan.quick = COUNT
    plan.hang = 30.0  # some damage makes loops endless
    return runner.run(plan).counts["wrong"]


def test_nothing_planted_is_nothing_found() -> None:
    plan = runner.generated(7, 80)
    plan.planted = lambda source: source
    plan.damage = lambda fortran: fortran
    assert not found(plan)


@pytest.mark.parametrize("change", [*mutants.REFERENCES.values()])
def test_mutants_stay_python(change: Callable[[str], str]) -> None:
    plan = runner.generated(7, 20)
    for number in range(plan.count):
        source = plan.make(number).source
        assert compile(change(source), "<mutant>", "exec") is not None
