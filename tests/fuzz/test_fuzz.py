"""Generated kernels do in every mode what their undecorated functions do; `make fuzz` runs more."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numeta import testing_batch

from . import compare, enumerated, kernels, minimise, oracle, runner
from .expressions import Features
from .kernels import Case
from .report import Report
from .rules import STRONG, TYPES

SEED = int(os.environ.get("FUZZ_SEED") or 1)
COUNT = int(os.environ.get("FUZZ_COUNT") or 1500)


@pytest.fixture(scope="module")
def report() -> Report:
    """One run of the fuzzer."""
    plan = runner.generated(SEED, COUNT)
    plan.quick = 3
    found = runner.run(plan)
    found.title = f"seed {SEED}"
    return found


def test_no_kernel_is_wrong_or_crashes(report: Report) -> None:
    failures = "\n".join(f"{f.name} {f.verdict} {f.mode}: {f.detail}" for f in report.failures)
    assert (report.counts["wrong"], report.counts["crashed"]) == (0, 0), failures


def test_no_kernel_of_arrays_is_wrong_or_crashes() -> None:
    plan = runner.generated(SEED, COUNT // 15, Features(arrays=1.0))
    plan.quick = 5
    found = runner.run(plan)
    failures = "\n".join(f"{f.name} {f.verdict} {f.mode}: {f.detail}" for f in found.failures)
    assert (found.counts["wrong"], found.counts["crashed"]) == (0, 0), failures
    assert found.refused_share < 0.06, found.refused
    used = {op for op, _, _ in found.used}
    wanted = {"view", "store slice", "rebind array", "for rows", "return array", "masked store"}
    assert wanted | {"array +=", "where", "gather", "astype", "reduce", "container"} <= used


def test_no_small_loop_is_wrong_or_refused() -> None:
    plan = runner.Plan(enumerated.make, COUNT // 5)
    plan.quick = 3
    found = runner.run(plan)
    failures = "\n".join(f"{f.name} {f.verdict} {f.mode}: {f.detail}" for f in found.failures)
    assert found.counts["right"] == COUNT // 5, failures or found.refused


def test_few_kernels_are_refused(report: Report) -> None:
    assert report.refused_share < 0.02, report.refused


def test_every_case_has_a_verdict(report: Report) -> None:
    assert report.total == COUNT


def test_calls_are_compared(report: Report) -> None:
    compared = report.calls["compared"] / (COUNT * len(compare.MODES) * kernels.ARGUMENT_SETS)
    assert compared > 0.8


def test_types_and_constructs_are_covered(report: Report) -> None:
    types: Counter[str] = Counter()
    constructs: Counter[str] = Counter()
    for (_, name, construct), count in report.used.items():
        types[name] += count
        constructs[construct] += count
    assert all(types[name] > COUNT // 10 for name in TYPES), types
    wanted = {"straight", "helper", "static if", "static for", "for", "if", "elif", "else", "while"}
    assert all(constructs[name] > COUNT // 100 for name in wanted), constructs


def test_the_report_is_json_with_everything(report: Report) -> None:
    fields = json.loads(report.as_json())
    assert sum(fields["counts"].values()) == COUNT
    assert set(fields["coverage"]["add"]) >= set(STRONG)


# -- the generator ------------------------------------------------------------------------------


def test_a_case_follows_from_seed_and_number() -> None:
    for number in range(50):
        first, second = kernels.make(3, number), kernels.make(3, number)
        assert (first.source, first.arguments) == (second.source, second.arguments)
    assert kernels.make(3, 0).source != kernels.make(4, 0).source


def test_cases_run_as_plain_python() -> None:
    errors: Counter[str] = Counter()
    for number in range(200):
        candidate = compare.Candidate(kernels.make(5, number), ("default",))
        for place in range(kernels.ARGUMENT_SETS):
            error = oracle.run(candidate.plain, candidate.fresh(place)).error
            errors[type(error).__name__] += 1
    assert errors["NoneType"] > 0.8 * errors.total()
    assert errors["TypeError"] == errors["NameError"] == errors["IndexError"] == 0, errors


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_kernels_drawn_by_hypothesis(r: Random) -> None:
    (outcome,) = compare.check([kernels.from_random(r)])
    assert outcome.verdict in ("right", "refused"), outcome.detail


# -- the runner ---------------------------------------------------------------------------------

GOOD = "def {name}(x: nm.f8):\n    return x + 1.0\n"
DIES = "import os\nos.kill(os.getpid(), 11)\n" + GOOD
HANGS = "while True:\n    pass\n" + GOOD


def written(source: str, number: int) -> Case:
    name = f"k{number}"
    return Case(name, source.replace("{name}", name), ["(np.float64(2.5),)"])


def run_of(sources: list[str], **settings: float) -> Report:
    cases = [written(source, number) for number, source in enumerate(sources)]
    plan = runner.Plan(cases.__getitem__, len(cases), jobs=1)
    for name, value in settings.items():
        setattr(plan, name, value)
    return runner.run(plan)


def test_a_crash_is_one_case_and_the_others_go_on() -> None:
    report = run_of([GOOD, DIES, GOOD])
    assert report.counts == {"right": 2, "crashed": 1}
    assert report.failures[0].name == "k1"
    assert "exit code -11" in report.failures[0].detail


def test_a_hang_is_a_crash() -> None:
    report = run_of([GOOD, HANGS], hang=2.0)
    assert report.counts == {"right": 1, "crashed": 1}
    assert report.failures[0].detail.startswith("the process hangs")


def test_a_death_while_compiling_is_one_case(monkeypatch: pytest.MonkeyPatch) -> None:
    build = testing_batch.build

    def deadly(batch: Sequence[testing_batch.Prepared], optimise: str = "") -> None:
        if any(part.kernel.__name__ == "k1" for part in batch):
            os._exit(3)
        build(batch, optimise)

    monkeypatch.setattr(testing_batch, "build", deadly)
    report = run_of([GOOD, GOOD, GOOD])
    assert report.counts == {"right": 2, "crashed": 1}
    assert report.failures[0].name == "k1"


def test_a_refusal_is_counted_by_its_number() -> None:
    report = run_of([GOOD, "def {name}(x: nm.f8):\n    return str(x)\n"])
    assert report.counts == {"right": 1, "refused": 1}
    assert report.refusals == {"NM301": 1}


def test_a_failure_of_the_compiler_is_one_case() -> None:
    cases = [written(GOOD, number) for number in range(3)]
    plan = runner.Plan(cases.__getitem__, len(cases), jobs=1, modes=("default",))
    plan.damage = lambda text: text.replace("end subroutine k1", "end function")
    report = runner.run(plan)
    assert report.counts == {"right": 2, "crashed": 1}
    assert report.failures[0].mode == "build"


# -- what is compared ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        (1, True),
        (np.int64(1), 1),
        (0.0, -0.0),
        (np.float32(1), np.float64(1)),
        (np.zeros(2), np.array([0.0, -0.0])),
        ((1, 2), (1,)),
        (1.0, 1.0000000000000002),
    ],
)
def test_types_and_bits_count(got: object, wanted: object) -> None:
    assert not oracle.same(got, wanted, 0)
    assert oracle.same(got, got, 0) and oracle.same(wanted, wanted, 0)


def test_nans_are_equal_and_a_tolerance_is_in_last_places() -> None:
    assert oracle.same(float("nan"), -float("nan"), 0)
    assert oracle.same(1.0, 1.0000000000000002, 1)
    assert not oracle.same(0.0, -0.0, 4)


@pytest.mark.parametrize(
    ("body", "argument", "met"),
    [
        ("return n + 1", 2**63 - 1, ["overflow"]),
        ("return (-n) * 2", 2**62 + 1, ["overflow"]),
        ("n += n\n    return n // 4", 2**62, ["overflow"]),
        ("return np.copysign(2.0, n * math.nan)", 1, ["sign of a NaN"]),
        ("return np.copysign(math.nan, n)", 1, []),
        ("return 2 ** n", -1, ["negative power"]),
        ("return (float(n)) ** 0.5", -4, ["complex power"]),
        ("return n + 1", 7, []),
    ],
)
def test_documented_differences_are_seen(body: str, argument: int, met: list[str]) -> None:
    source = f"def k0(n: int):\n    {body}\n"
    assert oracle.differences_met(source, "k0", (argument,)) == met


# -- the minimiser ------------------------------------------------------------------------------


def test_a_failing_kernel_becomes_small() -> None:
    source = (
        "def k0_h0(p):\n    return p * 2\n\n\n"
        "def k0(a: nm.f8[:], x: nm.f8, n: int):\n"
        "    v = k0_h0(x) + 1.0\n"
        "    for i in range(3):\n        a[i] = v * a[i]\n"
        "    if n > 2:\n        a[1] = 4.0\n"
        "    w = n * 3 + 1\n"
        "    return (w, str(x), v)\n"
    )
    case = Case("k0", source, ["(np.zeros(4), np.float64(2.0), 1)"])
    (outcome,) = compare.check([case])
    assert outcome.verdict == "refused"
    small, _ = minimise.minimise(case, outcome)
    assert small.source == "def k0(x: nm.f8):\n    return str(x)\n"
    text = minimise.shown(small, outcome)
    assert "@nm.jit\ndef kernel(x: nm.f8):" in text
    assert "same_as_python(kernel, *(np.float64(2.0),))" in text
