"""Regular expressions find what Java's find: each case is what the real ksqlDB engine answered."""

import pytest

from embedded.ksql.errors import KsqlError
from tests.embedded.ksql.given import evaluated

BREAKS = ["\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029"]


def extracted(pattern: str, text: str) -> str | None:
    found: str | None = evaluated(f"REGEXP_EXTRACT('{pattern}', t)", "t STRING", {"T": text})
    return found


@pytest.mark.parametrize("line_break", BREAKS)
def test_the_end_is_also_before_a_last_line_break_of_any_kind(line_break: str) -> None:
    assert extracted("a$", f"a{line_break}") == "a"
    assert extracted("a\\Z", f"a{line_break}") == "a"
    assert extracted("a\\z", f"a{line_break}") is None
    assert extracted("a$", f"a{line_break}b") is None


@pytest.mark.parametrize("text", ["a\n\n", "a\n\r", "a\x0b", "a "])
def test_the_end_is_before_nothing_else(text: str) -> None:
    assert extracted("a$", text) is None


@pytest.mark.parametrize("line_break", BREAKS)
def test_lines_begin_and_end_at_every_line_break_when_asked_to(line_break: str) -> None:
    assert extracted("(?m)^a$", f"b{line_break}a{line_break}b") == "a"
    assert extracted("^a$", f"b{line_break}a{line_break}b") is None


def test_no_line_begins_after_the_last_line_break() -> None:
    assert evaluated("REGEXP_REPLACE(t, '(?m)^', '<>')", "t STRING", {"T": "a\r\nb\n"}) == "<>a\r\n<>b\n"
    assert extracted("(?m)^", "") is None


@pytest.mark.parametrize("line_break", ["\n", "\u0085", "\u2028"])
def test_the_dot_stops_at_line_breaks_unless_told_not_to(line_break: str) -> None:
    assert extracted("a.b", f"a{line_break}b") is None
    assert extracted("(?s)a.b", f"a{line_break}b") == f"a{line_break}b"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a\\Rb", "a\r\nb", "a\r\nb"),
        ("\\h", "x\u3000", "\u3000"),
        ("\\v", "x\u2029", "\u2029"),
        ("\\s", "x\u3000", None),
        ("(?i)k", "\u212a", None),
        ("[$^.]", "a.", "."),
        ("a++b", "aab", "aab"),
    ],
)
def test_classes_are_those_of_java(pattern: str, text: str, expected: str | None) -> None:
    assert extracted(pattern, text) == expected


@pytest.mark.parametrize(
    "pattern", ["(?x)a b", "(?s:a.b)", "(?-m)a$", "(?u)a", "a{,2}", "a{", "[\\v]", "[a&&b]", "\\p{L}"]
)
def test_what_python_would_understand_otherwise_is_refused(pattern: str) -> None:
    with pytest.raises(KsqlError, match="regular expression"):
        extracted(pattern, "a")
