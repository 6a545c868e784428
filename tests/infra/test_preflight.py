"""What is refused before anything is started."""

import os
import socket
import subprocess
import sys

import pytest

from infra import preflight
from infra.errors import ConfigurationError


def test_a_taken_port_is_refused_with_who_holds_it_and_a_free_one() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        with pytest.raises(ConfigurationError) as error:
            preflight.check_ports({"kafka.port": port}, lambda _: False)
        assert f"port {port} (kafka.port) is taken by process {os.getpid()}" in str(error.value)
        proposed = int(str(error.value).rsplit("pulumi config set kafka.port ", 1)[1].split()[0])
        assert preflight.is_free(proposed)


def test_a_port_that_this_stack_holds_itself_is_no_clash() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        preflight.check_ports(
            {"kafka.port": held.getsockname()[1]}, lambda process: bool(process.pid == os.getpid())
        )


def test_who_listens_there_at_another_address_is_not_the_holder() -> None:
    program = "import socket; held = socket.socket({family}); held.bind(({host!r}, {port})); held.listen(); "
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        code = program.format(family="socket.AF_INET6", host="::1", port=port)
        with subprocess.Popen(
            [sys.executable, "-c", f"{code}print(flush=True); input()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"\n"
            try:
                assert preflight.holders(frozenset({port}))[port].pid == os.getpid()
            finally:
                other.kill()


def test_a_free_port_is_no_clash(free_port: int) -> None:
    preflight.check_ports({"kafka.port": free_port}, lambda _: False)


def test_too_little_memory_is_refused_unless_the_stack_holds_it_itself() -> None:
    with pytest.raises(ConfigurationError, match=r"needs 999999999 MB(.|\n)*kafka\.heap_mb"):
        preflight.check_memory(999_999_999, lambda: 0)
    preflight.check_memory(999_999_999, lambda: 999_999_999)
    preflight.check_memory(1, lambda: 0)
