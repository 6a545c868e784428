"""Kafka's default partitioner."""

import pytest

from embedded.ksql.partition import murmur2, partition_of


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_murmur2_is_that_of_kafkas_own_tests(key: bytes, expected: int) -> None:
    assert murmur2(key) in {expected, expected & 0xFFFFFFFF}


def test_every_partition_is_in_range() -> None:
    assert {partition_of(str(n).encode(), 5) for n in range(200)} == set(range(5))
