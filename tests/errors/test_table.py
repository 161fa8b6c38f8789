"""The table of diagnostics: one row per number, templates that can be filled in."""

import string

import pytest

from numeta import errors


@pytest.mark.parametrize("row", errors.TABLE.values(), ids=lambda row: str(row.number))
def test_row_fills_in_and_shows_its_number(row):
    fields = {
        name.split(".")[0]
        for text in (row.text, row.hint)
        for _, name, _, _ in string.Formatter().parse(text)
        if name
    }
    made = errors.error(row.number, **dict.fromkeys(fields, "value"))
    assert type(made) is row.error
    assert str(made).startswith(f"NM{row.number}: ")


def test_numbers_say_what_an_error_is_about():
    for number, row in errors.TABLE.items():
        if 500 <= number < 600:
            assert row.error is errors.CompileError
        elif number < 400:
            assert row.error is errors.TraceError


def test_trace_error_text_has_place_and_advice():
    made = errors.TraceError(301, "it does not work", "do this", "file.py", 7)
    assert str(made) == ('NM301: it does not work\n  File "file.py", line 7\n  Instead: do this')


def test_compile_error_text_has_command_and_output():
    made = errors.CompileError(
        503, "it failed", "report it", "file.py", 7, "f951 x.f90", "x.f90:3:1:\nError", "/tmp/x.f90"
    )
    assert str(made) == (
        'NM503: it failed\n  File "file.py", line 7\n  Instead: report it\n'
        "  Command: f951 x.f90\n  Output:\n    x.f90:3:1:\n    Error\n"
        "  Source kept at: /tmp/x.f90"
    )
