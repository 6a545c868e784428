"""What a process or host is called cannot command the terminal that shows it."""

from cli.view import events
from cli.view.plain import plain


def test_what_prints_stays_as_it_is() -> None:
    assert plain("C:\\Programme\\ü €\\x.exe") == "C:\\Programme\\ü €\\x.exe"


def test_what_does_not_print_is_written_out() -> None:
    assert plain("a\x1b]0;pwned\x07b\nc\u202e") == "a\\x1b]0;pwned\\x07b\\nc\\u202e"


def test_an_event_of_a_hostile_process_is_one_harmless_line() -> None:
    line = events.line(
        {
            "ts": 0.0,
            "HOSTNAME": "pc\r\n",
            "PROCESS_NAME": "C:\\evil\x1b[2J.exe",
            "PROCESS_ID": 7,
            "id.orig_h": "10.0.0.1",
            "id.orig_p": 1,
            "id.resp_h": "10.0.0.2",
            "id.resp_p": 2,
            "proto": "tcp",
        }
    )
    assert line.isprintable()
    assert "evil\\x1b[2J.exe (7)" in line
