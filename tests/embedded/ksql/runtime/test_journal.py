import pytest

from embedded.ksql.runtime import journal
from embedded.ksql.runtime.journal import Attached, Batch, Born, Entry, Placed, Run


@pytest.mark.parametrize(
    "entry",
    [
        Entry(by="x", kind="claim"),
        Entry(by="x", kind="release"),
        Entry(
            by="x",
            events=(
                Born("Q/0", 1),
                Placed("Q/0", "a", 1, 20),
                Batch((Run("a", 1, 20, 30, ("Q/0", "R/0")), Run("b", 1, 0, 4, ("Q/0",)))),
                Attached("Q/0", "a", 0),
            ),
            seen={"a": 31},
        ),
    ],
    ids=["claim", "release", "work"],
)
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    assert journal.decode(journal.encode(entry)) == entry


def test_an_event_of_another_version_is_refused() -> None:
    data = journal.encode(Entry(by="x", events=(Placed("Q/0", "a", 1, 20),))).replace(b'"p"', b'"?"')
    with pytest.raises(ValueError, match="does not know"):
        journal.decode(data)
