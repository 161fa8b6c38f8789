"""Many rows of few numbers: their length is known at compile time, and the best of each is found
without branches. The answers are NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

WIDTHS = (1, 2, 3, 4, 5, 8, 63, 64, 65)


def numbers(rows, width, dtype="f8"):
    """Few different numbers, so that many are the best of their row."""
    return np.random.default_rng(rows + width).integers(0, 6, (rows, width)).astype(dtype)


def with_nans(a):
    a[np.random.default_rng(1).random(a.shape) < 0.1] = np.nan
    a[0] = np.nan
    a[1] = np.inf
    a[-1] = -np.inf
    return a


@nm.jit
def best(a):
    return a.argmin(axis=1), a.argmax(axis=1), a.argmin(axis=0), a.argmax(axis=0)


@nm.jit
def folded(a):
    return a.sum(axis=1), a.mean(axis=1), a.max(axis=-1), a.min(axis=1), a.prod(axis=1)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "u1"])
def test_the_first_best_of_each_row(width, dtype):
    same_as_python(best, numbers(9, width, dtype))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_nan_of_each_row(width):
    same_as_python(best, with_nans(numbers(20, width)))
    same_as_python(best, with_nans(numbers(20, width, "f4")))


def test_the_best_of_truths_and_of_complex_numbers():
    same_as_python(best, numbers(9, 5) > 3)
    same_as_python(best, with_nans(numbers(20, 3) + 1j * numbers(20, 3)))


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("layout", ["C", "F", "strided"])
def test_reductions_of_many_short_rows(width, layout):
    a = with_nans(numbers(5000, width))
    given = {"C": a, "F": np.asfortranarray(a), "strided": np.repeat(a, 2, axis=0)[::2]}[layout]
    same_as_python(folded, given)
    same_as_python(best, given)


def test_rows_of_another_length_have_code_of_their_own():
    kernel = nm.jit(lambda a: a.sum(axis=1))
    for width in (3, 2, 4, 5, 3, 1, 6, 0):
        a = numbers(5000, width)
        assert np.array_equal(kernel(a), a.sum(axis=1))
    assert len(kernel.signatures) == 4  # 2, 3, 4, and any other


def test_few_rows_and_rows_of_one_result_are_of_any_length():
    for function in (lambda a: a.sum(axis=1), lambda a: a.sum()):
        kernel = nm.jit(function)
        for rows, width in ((4, 3), (4, 2), (4, 4), (9, 5), (5000, 3), (5000, 2)):
            a = numbers(rows, width)
            assert np.array_equal(kernel(a), function(a))
        assert len(kernel.signatures) == 1


@nm.jit
def distances(points: nm.f8[:, :], centres: nm.f8[:, :]):
    return np.sqrt(((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2))


def test_distances_of_points_to_centres():
    for axes in (2, 3, 4, 5):
        same_as_python(distances, numbers(1500, axes), numbers(8, axes))
    with pytest.raises(ValueError, match="could not be broadcast"):
        distances(numbers(1500, 2), numbers(8, 3))


@nm.jit
def chosen_sums(a, mask):
    return a[mask].sum(axis=0), a[mask].mean(axis=0), a[~mask].sum(axis=0)


@pytest.mark.parametrize("dtype", ["f8", "f4", "i4"])
@pytest.mark.parametrize("rows", [1, 7, 8, 9, 5000])
def test_sums_of_the_rows_that_a_mask_chooses(rows, dtype):
    for width in (1, 2, 3, 4, 5):
        a = numbers(rows, width, dtype)
        mask = np.random.default_rng(2).random(rows) < 0.5
        mask[0] = not (mask[0] and not mask[1:].any())
        mask[-1] = rows > 1 and not mask[:-1].all()
        if mask.any() and not mask.all():
            same_as_python(chosen_sums, a, mask)


@nm.jit
def sums_of_fixed_rows(a: nm.f8[:, 3], mask: nm.b1[:]):
    return a[mask].sum(axis=0), a[mask].sum(axis=0, dtype=np.float32)


def test_what_is_not_chosen_adds_nothing():
    a = numbers(40, 3)
    a[3], a[17] = np.nan, np.inf
    mask = np.arange(40) % 7 != 3
    mask[[3, 17]] = False
    same_as_python(sums_of_fixed_rows, a, mask)
    same_as_python(sums_of_fixed_rows, -a, np.zeros(40, bool))
    same_as_python(sums_of_fixed_rows, -0.0 * np.ones((40, 3)), mask)


def test_masks_of_two_axes():
    @nm.jit
    def sums(a: nm.f8[:, :, 3], mask: nm.b1[:, :]):
        return a[mask].sum(axis=0)

    a = np.arange(5 * 4 * 3.0).reshape(5, 4, 3)
    same_as_python(sums, a, a[:, :, 0] % 2 == 0)
