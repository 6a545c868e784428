"""Text that came from elsewhere, made fit for a terminal: whoever names processes and hosts may mean harm."""


def plain(text: str) -> str:
    r"""The text with what is not printable written out, such as `\x1b`, where a terminal's commands begin."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )
