"""Records are made by place, by name and by default, and refuse what is no field of theirs."""

import pytest

from numeta.records import Record


class Point(Record):
    """Two numbers and a word."""

    x: int
    y: int = 2
    word: str = "none"

    @property
    def total(self) -> int:
        return self.x + self.y


@pytest.mark.parametrize(
    "made",
    [
        Point(1),
        Point(1, 2),
        Point(1, 2, "none"),
        Point(x=1),
        Point(1, word="none"),
        Point(y=2, x=1),
    ],
)
def test_values_come_by_place_by_name_and_by_default(made):
    assert (made.x, made.y, made.word, made.total) == (1, 2, "none", 3)
    assert made == (1, 2, "none") and repr(made) == "Point(x=1, y=2, word='none')"


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), ((), {"y": 1}), ((1, 2, "a", 4), {}), ((1,), {"x": 1}), ((1,), {"z": 1})],
)
def test_other_fields_are_a_type_error(values, named):
    with pytest.raises(TypeError, match="Point takes x, y, word"):
        Point(*values, **named)


def test_a_field_is_replaced_in_another_record_only():
    point = Point(1)
    assert point.replaced(y=5) == (1, 5, "none") and point.y == 2
    with pytest.raises(AttributeError):
        point.x = 3
