import pytest

from embedded.ksql.runtime.statements import Pausing, pausing


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("PAUSE CSAS_A_1;", Pausing(resume=False, query_id="CSAS_A_1")),
        (" resume csas_a_1 ", Pausing(resume=True, query_id="CSAS_A_1")),
        ("PAUSE ALL;", Pausing(resume=False, query_id="ALL")),
        ("SHOW QUERIES;", None),
        ("PAUSE a; SHOW QUERIES;", None),
    ],
)
def test_pause_and_resume_are_told_from_other_statements(sql: str, expected: Pausing | None) -> None:
    assert pausing(sql) == expected
