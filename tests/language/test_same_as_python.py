"""What `same_as_python` sees: signs of zero in every mode, within tolerances around them."""

import numpy as np
import pytest

from numeta import testing


@pytest.mark.parametrize("mode", testing.MODES)
@pytest.mark.parametrize(
    "got, expected",
    [
        *((-0.0, 0.0), (0.0, -0.0), (np.float32(-0.0), np.float32(0.0))),
        *((complex(0.0, -0.0), 0j), (complex(-0.0, 1.0), 1j)),
        (np.array([1.0, -0.0]), np.array([1.0, 0.0])),
        (np.array([complex(1.0, -0.0)], "c8"), np.array([1.0], "c8")),
    ],
)
def test_a_zero_of_the_other_sign_is_another_number(mode, got, expected):
    with pytest.raises(AssertionError, match="differs"):
        testing._compare(got, expected, mode, "result")
    testing._compare(got, got, mode, "result")
    testing._compare(expected, expected, mode, "result")


def test_the_least_numbers_of_both_signs_are_near_each_other_and_zero():
    least = np.nextafter(0.0, 1.0)
    for got, expected in ((least, np.float64(0.0)), (-least, least), (np.float64(-0.0), -least)):
        testing._compare(got, expected, "default", "result")
