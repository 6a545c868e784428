"""Whatever the sensors see, in whatever order it arrives: the statements conclude what the reference says."""

import json

from hypothesis import HealthCheck, given, settings

from infra import topics
from tests.ksql.fusion import ARRIVAL, concluded, written
from tests.ksql.records import record
from tests.ksql.reference import attribute
from tests.ksql.seen import Conn, Seen
from tests.ksql.strategies import happenings

PUBLISHED = (topics.ENRICHED, topics.UNATTRIBUTED)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(happenings())
def test_the_statements_conclude_what_the_reference_says(seen: list[Seen]) -> None:
    assert concluded(seen) == attribute(seen)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(happenings())
def test_every_flow_is_attributed_or_unattributed_and_none_is_both(seen: list[Seen]) -> None:
    outcome = concluded(seen)
    attributed = {event.uid for event in outcome.enriched.values()}
    assert attributed | set(outcome.unattributed) == {item.uid for item in seen if isinstance(item, Conn)}
    assert not attributed & set(outcome.unattributed)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(happenings())
def test_no_revision_tells_of_a_flow_before_the_flow_itself_is_known(seen: list[Seen]) -> None:
    made = written(record(item, ARRIVAL + number) for number, item in enumerate(seen))
    told = [json.loads(each.value) for each in made if each.value and each.topic in PUBLISHED]
    assert all(row["uid"] and row["id.orig_h"] for row in told)
