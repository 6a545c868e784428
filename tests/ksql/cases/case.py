"""A case of attribution: a sentence of the manual, with what is seen and what has to be known in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.ksql.seen import Seen


@dataclass(frozen=True, kw_only=True)
class Case:
    """`expect` names the fields that matter, by EVENT_ID (`uid:side`) or, for a flow without a process, by uid."""

    sentence: str
    seen: Sequence[Seen]
    expect: Mapping[str, Mapping[str, Any]]
    lasts_days: bool = False
    """Whether it lasts longer than the grace, so that what happens at the same time would be too late."""
