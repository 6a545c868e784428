"""What may be committed is everything below the first record that is not settled."""

from hypothesis import given
from hypothesis import strategies as st

from embedded.connect.offsets import Offsets

PARTITION = ("topic", 0)


def test_a_gap_holds_back_what_comes_after_it() -> None:
    offsets = Offsets()
    for offset in (5, 6, 9):
        offsets.taken(PARTITION, offset)
    offsets.settled(PARTITION, 6)
    assert offsets.committable() == {}
    offsets.settled(PARTITION, 5)
    assert offsets.committable() == {PARTITION: 7}
    assert offsets.committable() == {}
    offsets.settled(PARTITION, 9)
    assert offsets.committable() == {PARTITION: 10}


def test_a_partition_that_was_given_up_is_no_longer_committed() -> None:
    offsets = Offsets()
    offsets.taken(PARTITION, 1)
    offsets.given_up(PARTITION)
    offsets.settled(PARTITION, 1)
    assert offsets.committable() == {}


@given(st.permutations(list(range(20))))
def test_in_whatever_order_records_are_settled_nothing_unsettled_is_passed(order: list[int]) -> None:
    offsets = Offsets()
    for offset in sorted(order):
        offsets.taken(PARTITION, offset)
    settled: set[int] = set()
    position = 0
    for offset in order:
        settled.add(offset)
        offsets.settled(PARTITION, offset)
        position = offsets.committable().get(PARTITION, position)
        assert set(range(position)) <= settled
    assert position == len(order)
