"""What every test of a refusal asks: a TraceError that points at a line of the kernel's file."""

import inspect

import pytest

import numeta as nm


def refused(kernel, *args):
    """The TraceError of a call, which points into the file of the test that calls this."""
    with pytest.raises(nm.TraceError) as caught:
        kernel(*args)
    caller = inspect.stack()[1].filename
    assert caught.value.filename == caller
    assert caught.value.line > 0
    return caught.value
