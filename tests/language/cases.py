"""Tables of kernels with the arguments on which they must do what their functions do.

`Cases` collects them beside the kernels, so that a file is kernels and one test. An exception that
a kernel raises itself is no matter of the mode: `raises_as_python` asks for it in all of them.
"""

import copy

import numpy as np
import pytest

import numeta as nm
from numeta.testing import MODES, in_mode


class Cases(list):
    """Rows of (kernel, arguments); used as a decorator, one row per tuple of arguments."""

    def __call__(self, *argument_lists):
        def register(kernel):
            for place, args in enumerate(argument_lists):
                self.append(pytest.param(kernel, args, id=f"{kernel.__name__}-{place}"))
            return kernel

        return register

    @property
    def each(self):
        """The mark that hands each row to a test of (kernel, args)."""
        return pytest.mark.parametrize(("kernel", "args"), list(self))


def raises_as_python(kernel, *args, modes=MODES):
    """Assert that `kernel` raises in all `modes` what its function raises, with the same writes."""
    expected_args = copy.deepcopy(args)
    with nm.debug(), np.errstate(all="ignore"), pytest.raises(Exception) as expected:
        kernel(*expected_args)
    for mode in modes:
        own_args = copy.deepcopy(args)
        with pytest.raises(type(expected.value)) as got:
            in_mode(kernel, mode)(*own_args)
        assert type(got.value) is type(expected.value), mode
        # What pytest adds to the assertions of a test file is not Python's.
        assert str(got.value) == str(expected.value).partition("\nassert ")[0], mode
        for own, wanted in zip(own_args, expected_args, strict=True):
            np.testing.assert_array_equal(own, wanted, err_msg=mode)
