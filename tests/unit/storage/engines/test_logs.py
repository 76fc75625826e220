"""Engine logs."""

from pathlib import Path

import pytest

from storage.engines import logs

TRACE = """F1123 filer.go:522 listen: address already in use
goroutine 1 [running]:
github.com/seaweedfs/seaweedfs/weed/glog.(*loggingT).printf(0x9671480, {0x46182fd, 0x1a})
\tgithub.com/seaweedfs/seaweedfs/weed/glog/glog.go:680 +0x12a
created by github.com/seaweedfs/seaweedfs/weed/command.runServer in goroutine 1
"""


def test_logs_are_private_and_appended_to(tmp_path: Path) -> None:
    """A log is readable to its owner alone and keeps what it had."""
    for word in (b"one\n", b"two\n"):
        with logs.open_log(tmp_path / "engine.log", None) as log:
            log.write(word)
    assert (tmp_path / "engine.log").read_text() == "one\ntwo\n"
    assert (tmp_path / "engine.log").stat().st_mode & 0o777 == 0o600


def test_a_large_log_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log over its limit is put aside once, so that two never take more than twice the limit."""
    monkeypatch.setattr(logs, "LOG_BYTES_MAX", 10)
    (tmp_path / "engine.log").write_text("a long history")
    logs.open_log(tmp_path / "engine.log", None).close()
    assert (tmp_path / "engine.log.1").read_text() == "a long history"
    assert (tmp_path / "engine.log").read_text() == ""


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    """A link in the place of the log can't make us write elsewhere."""
    (tmp_path / "engine.log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=r"symbolic link|symlink"):
        logs.open_log(tmp_path / "engine.log", None)
    assert not (tmp_path / "elsewhere").exists()


def test_quotes_the_reason_and_not_the_stack(tmp_path: Path) -> None:
    """Of a program's crash the line that says why is quoted."""
    (tmp_path / "engine.log").write_text(TRACE)
    assert logs.last_lines(tmp_path / "engine.log") == ("F1123 filer.go:522 listen: address already in use",)


def test_quotes_the_end_only(tmp_path: Path) -> None:
    """A long log is quoted by its last lines, a missing one by none."""
    (tmp_path / "engine.log").write_text("".join(f"line {number}\n" for number in range(100)))
    assert logs.last_lines(tmp_path / "engine.log")[-1] == "line 99"
    assert len(logs.last_lines(tmp_path / "engine.log")) == logs.LINES_SHOWN
    assert logs.last_lines(tmp_path / "nothing.log") == ()
