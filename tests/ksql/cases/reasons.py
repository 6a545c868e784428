"""Why a flow has no process."""

from dataclasses import replace
from typing import Final

from tests.ksql.cases.case import Case
from tests.ksql.strategies import MIDNIGHT
from tests.ksql.witnessed import BEACON, ELSEWHERE, HOUR, NO_AGENT, NO_EVENT, NO_ID, NO_SOCKETS, conn, sysmon

REASONS: Final = (
    Case(
        sentence="a flow without a Community ID is told so",
        seen=[sysmon(BEACON), conn(community_id=None)],
        expect={"C1": {"reason": NO_ID, "offset_ms": None}},
    ),
    Case(
        sentence="ICMP has no sockets",
        seen=[conn("C1", proto="icmp", orig_p=8, resp_p=0)],
        expect={"C1": {"reason": NO_SOCKETS}},
    ),
    Case(
        sentence="a flow of a host that has an agent, which did not report it",
        seen=[sysmon(conn("C8", orig_p=50_001)), conn("C8", orig_p=50_001), BEACON],
        expect={"C8:originator": {}, "C1": {"reason": NO_EVENT}},
    ),
    Case(
        sentence="an agent counts for the next day as well, and for no longer",
        seen=[
            sysmon(conn("C8", orig_p=50_001)),
            conn("C8", orig_p=50_001),
            replace(BEACON, ts=MIDNIGHT),
            replace(BEACON, uid="C6", ts=MIDNIGHT + 24 * HOUR),
        ],
        expect={"C8:originator": {}, "C1": {"reason": NO_EVENT}, "C6": {"reason": NO_AGENT}},
        lasts_days=True,
    ),
    Case(
        sentence="an agent counts for the day before as well, and for none before that",
        seen=[
            replace(BEACON, uid="C6", ts=MIDNIGHT - 24 * HOUR - 1),
            replace(BEACON, ts=MIDNIGHT - 1),
            sysmon(conn("C8", at=12 * HOUR, orig_p=50_001)),
            conn("C8", at=12 * HOUR, orig_p=50_001),
        ],
        expect={"C8:originator": {}, "C1": {"reason": NO_EVENT}, "C6": {"reason": NO_AGENT}},
        lasts_days=True,
    ),
    Case(
        sentence="an agent is heard of after the flow",
        seen=[BEACON, sysmon(conn("C8", orig_p=50_001)), conn("C8", orig_p=50_001)],
        expect={"C8:originator": {}, "C1": {"reason": NO_EVENT}},
    ),
    Case(
        sentence="a flow between hosts without agents",
        seen=[sysmon(BEACON), BEACON, ELSEWHERE],
        expect={"C1:originator": {}, "C9": {"reason": NO_AGENT}},
    ),
)
