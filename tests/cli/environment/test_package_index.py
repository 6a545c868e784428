"""What the user has told pip holds for uv."""

import pytest

from cli.environment.package_index import pip_settings, uv_environment


@pytest.mark.parametrize(
    ("listing", "settings"),
    [
        pytest.param("", {}, id="nothing is configured"),
        pytest.param(
            "global.index-url='https://index.example/simple'\n",
            {"index-url": "https://index.example/simple"},
            id="an index of one's own",
        ),
        pytest.param(
            "global.index-url='https://a.example'\ninstall.index-url='https://b.example'\n",
            {"index-url": "https://b.example"},
            id="what is said for install wins over what is said for all",
        ),
        pytest.param(
            ":env:.index-url='https://c.example'\nglobal.index-url='https://a.example'\n",
            {"index-url": "https://c.example"},
            id="the environment wins over files",
        ),
        pytest.param("download.index-url='https://d.example'\n", {}, id="another command's is not install's"),
        pytest.param("a line that is none\n", {}, id="a line that is no setting"),
    ],
)
def test_the_setting_that_pip_install_would_use_is_read(listing: str, settings: dict[str, str]) -> None:
    assert pip_settings(listing) == settings


def test_settings_reach_uv_by_its_own_names() -> None:
    settings = {
        "index-url": "https://index.example/simple",
        "extra-index-url": "https://x.example\nhttps://y.example",
        "find-links": "/wheels /more",
        "cert": "/certificates.pem",
    }
    assert uv_environment(settings, {"HOME": "/home"}) == {
        "HOME": "/home",
        "UV_DEFAULT_INDEX": "https://index.example/simple",
        "UV_INDEX": "https://x.example https://y.example",
        "UV_FIND_LINKS": "/wheels,/more",
        "SSL_CERT_FILE": "/certificates.pem",
    }


def test_what_was_said_to_uv_itself_wins() -> None:
    said = {"UV_DEFAULT_INDEX": "https://uv.example"}
    assert uv_environment({"index-url": "https://pip.example"}, said) == said
