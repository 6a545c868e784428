"""Each case's sentence holds: for the statements, and for the reference that they are held against."""

from dataclasses import asdict
from typing import Any

import pytest

from tests.ksql.cases.all import CASES
from tests.ksql.cases.case import Case
from tests.ksql.fusion import concluded
from tests.ksql.reference import Known, attribute


def told(outcome: Known, case: Case) -> dict[str, dict[str, Any]]:
    """Of each event and each unattributed flow, the fields that the case names."""
    every = outcome.enriched | outcome.unattributed
    return {
        name: {field: asdict(one)[field] for field in case.expect.get(name, ())}
        for name, one in every.items()
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_the_statements(case: Case) -> None:
    assert told(concluded(case.seen), case) == case.expect


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sentence)
def test_the_reference(case: Case) -> None:
    assert told(attribute(case.seen), case) == case.expect
