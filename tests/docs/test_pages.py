"""The pages of docs/ that are made from tables say what the tables say."""

import re
from pathlib import Path

import pytest

from numeta import _trace, errors
from tools import generate_docs


@pytest.mark.parametrize("name", generate_docs.PAGES)
def test_page_is_current(name: str) -> None:
    path = generate_docs.DOCS / name
    assert path.read_text(encoding="utf-8") == generate_docs.PAGES[name](), "run `make docs`"


def test_check_names_a_page_that_is_not_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate_docs, "DOCS", tmp_path)
    assert generate_docs.main([]) == 0
    assert generate_docs.main(["--check"]) == 0
    (tmp_path / "errors.md").write_text("")
    capsys.readouterr()
    assert generate_docs.main(["--check"]) == 1
    assert capsys.readouterr().out == "docs/errors.md is not current: run `make docs`\n"


def test_every_diagnostic_is_on_the_page() -> None:
    numbers = re.findall(r"^\| NM(\d+) \|", generate_docs.errors_page(), re.MULTILINE)
    expected = {*errors.TABLE, *(number for number, _, _ in _trace.diagnostics())}
    assert sorted(expected) == [int(number) for number in numbers]


def test_every_row_of_a_table_is_as_wide_as_its_head() -> None:
    for make in generate_docs.PAGES.values():
        for table in re.findall(r"(?:^\|.*\n)+", make(), re.MULTILINE):
            widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
            assert len(widths) == 1, table
