"""Functions of URLs (java.net.URI)."""

import re
from typing import Final
from urllib.parse import quote, unquote, unquote_plus

from embedded.ksql.functions.registry import scalar

_URI: Final = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL
)
_ALLOWED: Final = re.compile(
    r"(?:[A-Za-z0-9_.!~*'();/?:@&=+$,#\[\]-]|%[0-9A-Fa-f]{2}|[^\x00-\x20\x7f-\xa0<>\"{}|\\^`%])*"
)
_AUTHORITY: Final = re.compile(r"(?:[^@]*@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?")
_HOST: Final = re.compile(r"\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9.])?")


def _parts(url: str) -> tuple[str | None, str | None, str, str | None, str | None]:
    """Scheme, authority, path, query and fragment.

    Raises:
        ValueError: the text is no URI.
    """
    match = _URI.fullmatch(url)
    if match is None or not _ALLOWED.fullmatch(url) or url.startswith(":"):
        raise ValueError(f"URL input has invalid syntax: {url}")
    scheme, authority, path, query, fragment = match.groups()
    if scheme is not None and not authority and not path and query is None:
        raise ValueError(f"Expected scheme-specific part: {url}")
    return scheme, authority, path, query, fragment


def _host_port(authority: str | None) -> tuple[str | None, int | None]:
    match = _AUTHORITY.fullmatch(authority or "")
    if not authority or match is None or not _HOST.fullmatch(match[1]):
        return None, None
    return match[1], int(match[2]) if match[2] else None


@scalar("URL_EXTRACT_PROTOCOL", "STRING -> STRING")
def extract_protocol(url: str | None) -> str | None:
    """The scheme."""
    return None if url is None else _parts(url)[0]


@scalar("URL_EXTRACT_HOST", "STRING -> STRING")
def extract_host(url: str | None) -> str | None:
    """The host."""
    return None if url is None else _host_port(_parts(url)[1])[0]


@scalar("URL_EXTRACT_PORT", "STRING -> INTEGER")
def extract_port(url: str | None) -> int | None:
    """The port, when one is given."""
    return None if url is None else _host_port(_parts(url)[1])[1]


def _opaque(url: str) -> bool:
    scheme, authority, path, _, _ = _parts(url)
    return scheme is not None and authority is None and not path.startswith("/")


@scalar("URL_EXTRACT_PATH", "STRING -> STRING")
def extract_path(url: str | None) -> str | None:
    """The path, decoded."""
    return None if url is None or _opaque(url) else unquote(_parts(url)[2])


@scalar("URL_EXTRACT_QUERY", "STRING -> STRING")
def extract_query(url: str | None) -> str | None:
    """The query, decoded."""
    query = None if url is None or _opaque(url) else _parts(url)[3]
    return None if query is None else unquote(query)


@scalar("URL_EXTRACT_FRAGMENT", "STRING -> STRING")
def extract_fragment(url: str | None) -> str | None:
    """The fragment, decoded."""
    fragment = None if url is None else _parts(url)[4]
    return None if fragment is None else unquote(fragment)


@scalar("URL_EXTRACT_PARAMETER", "STRING, STRING -> STRING")
def extract_parameter(url: str | None, name: str | None) -> str | None:
    """The value of a parameter of the query; empty when it has none."""
    query = extract_query(url)
    for each in query.split("&") if query is not None else ():
        key, found, value = each.partition("=")
        if key == name:
            return value if found else ""
    return None


@scalar("URL_ENCODE_PARAM", "STRING -> STRING")
def encode_param(text: str | None) -> str | None:
    """Text as a parameter of a URL."""
    return None if text is None else quote(text, safe="-_.* ").replace(" ", "+").replace("~", "%7E")


@scalar("URL_DECODE_PARAM", "STRING -> STRING")
def decode_param(text: str | None) -> str | None:
    """A parameter of a URL as text."""
    if text is None:
        return None
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise ValueError(f"URLDecoder: Illegal hex characters in escape (%) pattern: {text}")
    return unquote_plus(text)
