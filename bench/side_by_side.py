"""Interleaved measurements of several contenders, and the JSON object a benchmark prints.

Machines drift (clock, neighbours, caches), so contenders are never timed one after the other: each
round times every contender once, in an order that rotates, and a ratio is the median of the
per-round ratios. Only medians are reported. A contender that is missing or broken becomes a
sentence in the `absent` row and the others go on; a bar that needs it is then open (`null`), unless
it is numeta itself, which fails it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata

Sample = Callable[[], float]


class AbsentError(Exception):
    """A contender cannot be measured; the text says why."""


def described(reason: Exception) -> str:
    """Why a contender is absent, in one line; what numeta does not compile is `refused`."""
    text = " ".join(str(reason).split())
    if isinstance(reason, AbsentError):
        return text
    if any(base.__name__ == "NumetaError" for base in type(reason).__mro__):
        return f"refused: {text}"
    return f"{type(reason).__name__}: {text}"


def version_of(distribution: str) -> str:
    """The installed version of a distribution, "not installed" if only importable, or "absent"."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "not installed" if importlib.util.find_spec(distribution) else "absent"


def versions(*distributions: str, **others: str) -> dict[str, str]:
    """Versions of Python, of the machine's processor and of the named distributions."""
    found = {"python": platform.python_version(), "processor": processor()}
    found |= {name: version_of(name) for name in distributions}
    return found | others


def processor() -> str:
    """The processor's model name as Linux gives it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


@dataclass
class Measured:
    """Samples of every contender by round; `absent` says why a contender has none."""

    samples: dict[str, list[float]]
    absent: dict[str, str] = field(default_factory=dict)

    def median(self, name: str) -> float | None:
        rounds = self.samples.get(name)
        return statistics.median(rounds) if rounds else None

    def ratio(self, top: str, bottom: str) -> float | None:
        """Median over the rounds of top/bottom, both taken from the same round."""
        if not self.samples.get(top) or not self.samples.get(bottom):
            return None
        pairs = zip(self.samples[top], self.samples[bottom], strict=True)
        return statistics.median(a / b for a, b in pairs)

    def medians(self, scale: float) -> dict[str, float]:
        return {
            name: rounded(statistics.median(rounds) * scale)
            for name, rounds in self.samples.items()
        }


def interleaved(contenders: Mapping[str, Sample], rounds: int, discarded: int = 1) -> Measured:
    """Time each contender once per round. The first `discarded` rounds warm caches and are dropped.

    A sample returns its own measure (seconds), or raises AbsentError.
    """
    measured = Measured({name: [] for name in contenders})
    for number in range(discarded + rounds):
        names = list(measured.samples)
        turn = number % max(len(names), 1)
        for name in names[turn:] + names[:turn]:
            try:
                sample = contenders[name]()
            except AbsentError as reason:
                measured.absent[name] = str(reason)
                del measured.samples[name]
                continue
            if number >= discarded:
                measured.samples[name].append(sample)
    return measured


def rounded(value: float) -> float:
    """Four significant digits: more would be noise."""
    return float(f"{value:.4g}")


@dataclass
class Result:
    """What one benchmark prints. `bar` holds one row per thing the claim demands."""

    claim: str
    unit: str
    versions: dict[str, str]
    figures: dict[str, object] = field(default_factory=dict)
    ratios: dict[str, float | None] = field(default_factory=dict)
    bar: list[dict[str, object]] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)
    rounds: int = 0

    def demand(self, what: str, value: float | None, at_most: float, ours: bool = False) -> None:
        """Add a row `value <= at_most`. A missing value leaves it open; `ours` makes it fail."""
        met: bool | None = (False if ours else None) if value is None else value <= at_most
        shown = None if value is None else rounded(value)
        self.bar.append({"what": what, "value": shown, "at_most": at_most, "met": met})

    def demand_at_least(self, what: str, value: float | None, at_least: float) -> None:
        """Add a row `value >= at_least`; a missing value fails it."""
        met = value is not None and value >= at_least
        shown = None if value is None else rounded(value)
        self.bar.append({"what": what, "value": shown, "at_least": at_least, "met": met})

    def demand_ratio(
        self, measured: Measured, top: str, bottom: str, at_most: float, of: str = ""
    ) -> None:
        """Add the ratio to `ratios` and demand it; open while the bottom one is absent.

        `of` names what was measured where a benchmark measures several things.
        """
        key = f"{of}: {top}/{bottom}" if of else f"{top}/{bottom}"
        ratio = measured.ratio(top, bottom)
        self.ratios[key] = None if ratio is None else rounded(ratio)
        self.demand(key, ratio, at_most, ours=top in measured.absent)

    def passed(self) -> bool | None:
        """False when one row is missed, None when one is open, else True."""
        met = [row["met"] for row in self.bar]
        if False in met:
            return False
        return None if None in met or not met else True

    def as_json(self) -> dict[str, object]:
        return {
            "claim": self.claim,
            "bar": self.bar,
            "unit": self.unit,
            "figures": self.figures,
            "ratios": self.ratios,
            "absent": self.absent,
            "rounds": self.rounds,
            "load_average": [round(load, 2) for load in os.getloadavg()],
            "versions": self.versions,
            "pass": self.passed(),
        }

    def print_and_exit(self) -> None:
        """Print the object; exit 0 unless a row of the bar was missed (1)."""
        json.dump(self.as_json(), sys.stdout, indent=2)
        print()
        sys.exit(1 if self.passed() is False else 0)


def rounds_from_command_line(default: int, arguments: Sequence[str] | None = None) -> int:
    """Every benchmark takes one optional argument, the number of rounds."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given:
        return default
    if len(given) == 1 and given[0].isdigit() and int(given[0]) > 0:
        return int(given[0])
    sys.exit(f"usage: python {sys.argv[0]} [rounds]")
