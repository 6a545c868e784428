import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded.ksql.record import Record
from embedded.ksql.runtime.merge import merged


def partition(topic: str, *times: int) -> list[tuple[Record, str]]:
    return [(Record(topic, None, None, time, 0, offset), topic) for offset, time in enumerate(times)]


def order(*inputs: list[tuple[Record, str]]) -> list[tuple[str, int]]:
    return [(record.topic, record.timestamp) for record, _ in merged(list(inputs))]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param((1, 4), (2, 3), [("l", 1), ("r", 2), ("r", 3), ("l", 4)], id="the oldest comes first"),
        pytest.param((5, 1), (3,), [("r", 3), ("l", 5), ("l", 1)], id="a partition keeps its own order"),
        pytest.param((2,), (2,), [("l", 2), ("r", 2)], id="of equals the earlier partition comes first"),
    ],
)
def test_records_of_two_partitions_are_merged(
    left: tuple[int, ...], right: tuple[int, ...], expected: list[tuple[str, int]]
) -> None:
    assert order(partition("l", *left), partition("r", *right)) == expected


@given(st.lists(st.lists(st.integers(0, 20)), min_size=1, max_size=4))
def test_nothing_is_lost_and_each_partition_stays_in_order(times: list[list[int]]) -> None:
    inputs = [partition(str(number), *each) for number, each in enumerate(times)]
    found = list(merged(inputs))
    for number, each in enumerate(inputs):
        assert [item for item in found if item[1] == str(number)] == each
