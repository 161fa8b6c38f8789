"""What a run found: counts, refusals by number, coverage, and every failure with its kernel."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from .compare import Outcome
from .rules import TYPES

VERDICTS = ("right", "refused", "wrong", "crashed")


class Report:
    """Sums outcomes up. `title` and `seconds` are set from outside."""

    def __init__(self) -> None:
        self.title = ""
        self.seconds = 0.0
        self.counts: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.refused: dict[str, list[str]] = {}
        self.used: Counter[tuple[str, str, str]] = Counter()
        self.failures: list[Outcome] = []  # wrong and crashed
        self.refusals_in_full: list[Outcome] = []

    def add(self, outcome: Outcome, used: Counter[tuple[str, str, str]] | None) -> None:
        self.counts[outcome.verdict] += 1
        self.calls += outcome.calls
        self.used += used or Counter()
        if outcome.verdict == "refused":
            found = re.search(r"NM\d+", outcome.detail)
            number = found.group() if found else "no number"
            self.refusals[number] += 1
            self.refused.setdefault(number, []).append(outcome.name)
            self.refusals_in_full.append(outcome)
        elif outcome.verdict != "right":
            self.failures.append(outcome)

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def refused_share(self) -> float:
        return self.counts["refused"] / max(self.total, 1)

    def as_json(self) -> str:
        """Everything; the coverage as operation -> type -> construct -> count."""
        coverage: dict[str, dict[str, dict[str, int]]] = {}
        for (op, name, construct), count in sorted(self.used.items()):
            coverage.setdefault(op, {}).setdefault(name, {})[construct] = count
        fields: dict[str, Any] = {
            "title": self.title,
            "seconds": round(self.seconds, 2),
            "kernels per second": round(self.total / max(self.seconds, 1e-9), 1),
            "counts": {verdict: self.counts[verdict] for verdict in VERDICTS},
            "calls": dict(self.calls),
            "refusals": dict(self.refusals),
            "refused": {number: names[:20] for number, names in self.refused.items()},
            "failures": [vars(outcome) for outcome in self.failures],
            "coverage": coverage,
        }
        return json.dumps(fields, indent=1)

    def table(self) -> str:
        """For people: the counts, the refusals, and operations by construct and by type."""
        rate = self.total / max(self.seconds, 1e-9)
        lines = [
            f"{self.title}: {self.total} kernels in {self.seconds:.1f} s, {rate:.0f} per second"
        ]
        lines += [f"  {verdict:8} {self.counts[verdict]}" for verdict in VERDICTS]
        lines.append(
            "  calls    " + ", ".join(f"{n} {name}" for name, n in sorted(self.calls.items()))
        )
        lines += [f"  {number}    {count}" for number, count in self.refusals.most_common()]
        lines += ["", *self._grid("construct", 2), "", *self._grid("type", 1)]
        return "\n".join(lines)

    def _grid(self, title: str, place: int) -> list[str]:
        cells: Counter[tuple[str, str]] = Counter()
        for key, count in self.used.items():
            cells[key[0], key[place]] += count
        columns = sorted({column for _, column in cells})
        if place == 1:
            columns = [name for name in TYPES if name in columns]
        head = f"{'op by ' + title:18}" + "".join(f"{column[:8]:>9}" for column in columns)
        rows = [
            f"{op:18}" + "".join(f"{cells[op, column] or '-':>9}" for column in columns)
            for op in sorted({op for op, _ in cells})
        ]
        return [head, *rows]
