"""The list of commands, and what is imported for it."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from fileserver import cli


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_list_says_what_each_command_says_itself(name: str) -> None:
    """The sentence in the list of commands is the first one of the command's own help."""
    command = cli.main.get_command(click.Context(cli.main), name)
    assert command is not None
    assert cli.COMMANDS[name] == command.get_short_help_str(limit=200)


def test_listing_the_commands_imports_none_of_them() -> None:
    """`sealshare --help` answers without waiting for the server's libraries."""
    program = (
        "import sys; from fileserver.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "click" in loaded
    assert not {"aiohttp", "sqlalchemy", "pydantic"} & set(loaded)


def test_a_command_whose_library_is_missing_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server installed without the demo's libraries answers `sealshare demo` with one line."""
    monkeypatch.delitem(sys.modules, "fileserver.cli.demo", raising=False)
    monkeypatch.delattr(cli, "demo", raising=False)
    monkeypatch.setitem(sys.modules, "psutil", None)
    for name in [name for name in sys.modules if name.startswith(("storage.engines", "fileserver.demo"))]:
        monkeypatch.delitem(sys.modules, name)
    done = CliRunner().invoke(cli.main, ["demo"])
    assert 1 == done.exit_code
    assert (
        "Error: `sealshare demo` needs psutil, which isn't installed; sealshare[demo] brings everything.\n"
        == done.stderr
    )


def test_an_unknown_command_is_refused() -> None:
    """A name that is no command is refused like a wrong option."""
    assert 2 == CliRunner().invoke(cli.main, ["open-sesame"]).exit_code


SPEAKING = [("upload", __file__), ("trace", __file__), ("audit", "bundle", "ledger.tar"), ("audit", "receipt", "1")]


@pytest.mark.parametrize("words", SPEAKING)
def test_no_command_takes_a_token_as_an_argument(words: tuple[str, ...]) -> None:
    """Other users of the machine see arguments."""
    done = CliRunner().invoke(cli.main, [*words, "--url", "http://127.0.0.1:1", "--token", "secret"])
    assert (2, True) == (done.exit_code, "No such option" in done.output)


@pytest.mark.parametrize("words", SPEAKING)
def test_without_a_token_a_command_says_where_it_comes_from(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a file or from the environment."""
    monkeypatch.delenv("SEALSHARE_TOKEN", raising=False)
    done = CliRunner().invoke(cli.main, [*words, "--url", "http://127.0.0.1:1"])
    assert (2, True) == (done.exit_code, "--token-file, or SEALSHARE_TOKEN" in done.output)
