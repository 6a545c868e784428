"""Windows: which window a row falls into, when one is closed, and what a session is."""

from embedded.ksql.record import Record
from embedded.ksql.run import run
from tests.embedded.ksql.given import record

SOURCE = "CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON');"


def _counted(window: str, times: list[int], emit: str = "") -> list[tuple[int, int | None]]:
    """(start of the window, count) for rows of one key at these times."""
    statements = (
        f"{SOURCE} CREATE TABLE o AS SELECT k, COUNT(*) AS n FROM s WINDOW {window} GROUP BY k {emit};"
    )
    made = run(statements, [record("s", "x", {"V": 1}, time) for time in times])
    return [(_start(each), None if each.value is None else int(each.value[5:-1])) for each in made]


def _start(made: Record) -> int:
    assert made.key is not None
    return int.from_bytes(made.key[-8:], "big")


def test_a_row_counts_in_the_window_of_its_own_time() -> None:
    assert _counted("TUMBLING (SIZE 10 MILLISECONDS)", [3, 12, 19, 9]) == [(0, 1), (10, 1), (10, 2), (0, 2)]


def test_a_row_counts_in_every_hop_that_covers_it() -> None:
    made = _counted("HOPPING (SIZE 10 MILLISECONDS, ADVANCE BY 5 MILLISECONDS)", [12])
    assert made == [(5, 1), (10, 1)]


def test_a_closed_window_takes_no_more_rows() -> None:
    made = _counted("TUMBLING (SIZE 10 MILLISECONDS, GRACE PERIOD 5 MILLISECONDS)", [3, 14, 4, 15, 5])
    assert made == [(0, 1), (10, 1), (0, 2), (10, 2)]


def test_final_results_come_once_when_the_grace_is_over() -> None:
    window = "TUMBLING (SIZE 10 MILLISECONDS, GRACE PERIOD 5 MILLISECONDS)"
    assert _counted(window, [3, 4, 14, 9, 15, 25], "EMIT FINAL") == [(0, 3), (10, 2)]


def test_final_results_without_a_grace_period_come_when_the_window_ends() -> None:
    assert _counted("TUMBLING (SIZE 10 MILLISECONDS)", [3, 4, 10, 9], "EMIT FINAL") == [(0, 2)]


def test_a_final_window_is_lost_when_time_jumps_beyond_what_is_kept() -> None:
    window = "TUMBLING (SIZE 10 MILLISECONDS, GRACE PERIOD 5 MILLISECONDS)"
    assert _counted(window, [3, 100, 130], "EMIT FINAL") == []
    kept = window.replace("GRACE", "RETENTION 1 DAY, GRACE")
    assert _counted(kept, [3, 100, 130], "EMIT FINAL") == [(0, 1), (100, 1)]


def test_final_sessions_come_once_in_order_of_their_ends() -> None:
    made = _counted(
        "SESSION (10 MILLISECONDS, GRACE PERIOD 5 MILLISECONDS)", [100, 104, 130, 200], "EMIT FINAL"
    )
    assert made == [(100, 2), (130, 1)]


def test_a_session_grows_and_two_of_them_become_one() -> None:
    made = _counted("SESSION (10 MILLISECONDS)", [100, 115, 108])
    # The two sessions are withdrawn before the one that replaces them comes.
    assert made == [(100, 1), (115, 1), (100, None), (115, None), (100, 3)]
