"""A task's batches, against a HEC whose answers are written down beforehand: no real one is ever this awkward."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from embedded.connect.delivery import Delivery
from embedded.connect.hec_client import Accepted, HecClient, Refused, Unavailable
from embedded.connect.records import Record
from embedded.connect.sink_settings import SinkSettings

SETTINGS = replace(
    SinkSettings.of({"splunk.hec.ack.enabled": "true", "name": "n", "connector.class": "c", "topics": "t",
                     "splunk.hec.uri": "u", "splunk.hec.token": "t", "value.converter": "v"}, default_converter="v"),
    batch_size=3, ack_interval=1, event_timeout=10,
)  # fmt: skip


@dataclass
class Hec:
    """Answers one after another; then it takes everything, and acknowledges nothing unless told."""

    answers: list[Accepted | Refused | Unavailable] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    indexed: set[int] = field(default_factory=set)

    def send(self, events: Sequence[bytes]) -> Accepted | Refused | Unavailable:
        self.sent.append(b"".join(events).decode())
        return self.answers.pop(0) if self.answers else Accepted(len(self.sent) - 1)

    def acknowledged(self, ack_ids: list[int]) -> set[int]:
        return self.indexed & set(ack_ids)


@dataclass
class Way:
    hec: Hec
    done: str = ""
    refused: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.delivery = Delivery(
            cast("HecClient", self.hec), SETTINGS, indexed=self._done, refused=self._refuse
        )

    def add(self, text: str) -> None:
        self.delivery.add([Record(letter.encode(), ("t", 0), 0, cast("Any", None)) for letter in text])

    def _done(self, records: Any) -> None:
        self.done += "".join(record.event.decode() for record in records)

    def _refuse(self, record: Record, reason: str) -> None:
        self.refused.append((record.event.decode(), reason))


def test_batches_are_settled_once_they_are_acknowledged() -> None:
    way = Way(Hec())
    way.add("abcdefg")
    way.delivery.work(0)
    assert (way.hec.sent, way.done) == (["abc", "def", "g"], "")
    way.hec.indexed = {1}
    way.delivery.work(1)
    assert way.done == "def"
    way.hec.indexed = {0, 1, 2}
    way.delivery.work(1.5)
    assert way.done == "def"
    way.delivery.work(2)
    assert way.done == "defabcg"


def test_later_batches_wait_behind_one_that_cannot_be_sent() -> None:
    way = Way(Hec([Unavailable("away"), Unavailable("away")]))
    way.add("abcdef")
    way.delivery.work(0)
    assert way.delivery.is_blocked
    way.delivery.work(0.05)
    way.delivery.work(0.1)
    way.delivery.work(0.2)
    assert way.hec.sent == ["abc", "abc"]
    way.delivery.work(0.31)
    assert way.hec.sent == ["abc", "abc", "abc", "def"]
    assert not way.delivery.is_blocked


def test_the_pause_between_attempts_grows_to_five_seconds() -> None:
    way = Way(Hec([Unavailable("away")] * 20))
    way.add("a")
    now, pauses = 0.0, []
    for _ in range(10):
        way.delivery.work(now)
        pauses.append(way.delivery.patience(now, 60))
        now += pauses[-1]
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5, 5])


@pytest.mark.parametrize("bad", ["a", "b", "c", "ab", "abc"])
def test_a_refusal_without_a_number_is_cut_down_to_the_bad_records(bad: str) -> None:
    way = Way(Hec())
    way.hec.send = lambda events: (  # type: ignore[method-assign]  # what HEC takes depends on what it is given
        Refused("bad", None) if any(event.decode() in bad for event in events) else Accepted(ord(events[0]))
    )
    way.hec.indexed = set(range(200))
    way.add("abc")
    way.delivery.work(0)
    way.delivery.work(1)
    assert [letter for letter, _ in way.refused] == list(bad)
    assert sorted(way.done) == sorted(set("abc") - set(bad))


def test_what_is_not_acknowledged_in_time_is_sent_again_in_order() -> None:
    way = Way(Hec())
    way.add("abcdef")
    way.delivery.work(0)
    way.delivery.work(5)
    assert len(way.hec.sent) == 2
    way.delivery.work(11)
    way.delivery.work(12)
    assert way.hec.sent == ["abc", "def", "abc", "def"]


def test_a_hec_that_counts_anew_gets_again_what_it_did_not_acknowledge() -> None:
    way = Way(Hec([Accepted(0), Accepted(0), Accepted(1)]))
    way.add("abcdef")
    way.delivery.work(0)
    assert way.hec.sent == ["abc", "def", "abc"]
    way.hec.indexed = {0, 1}
    way.delivery.work(1)
    assert sorted(way.done) == list("abcdef")
