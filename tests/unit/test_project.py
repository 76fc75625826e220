"""The repository as a whole: locks, commands and files keep what CONTRIBUTING.md promises."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
NPM_FOLDERS = [ROOT, ROOT / "benchmarks/uploads/peer", ROOT / "tests/clients"]
DOCUMENTS = ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"]
MAKEFILE = (ROOT / "Makefile").read_text()
# Folders that belong to one machine or one person.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/")


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.+!-]+)", lock.read_text(), re.MULTILINE))


def _tracked_files() -> list[Path]:
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def _text(path: Path) -> str:
    """The file's text, or nothing when it holds bytes."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def _targets() -> dict[str, list[str]]:
    """Make's targets and what they depend on."""
    rules = re.findall(r"^([a-z][\w-]*):([^=\n]*)$", MAKEFILE, re.MULTILINE)
    return {target: needs.split() for target, needs in rules}


def test_the_locks_are_all_there() -> None:
    """There is a lock for each set that can be installed."""
    assert [lock.stem for lock in LOCKS] == ["build", "demo", "dev", "npm", "server"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_is_pinned_by_hash(lock: Path) -> None:
    """Each requirement in a lock names one version and at least one SHA-256."""
    requirements = re.split(r"\n(?=[a-zA-Z])", lock.read_text().replace("\\\n", ""))[1:]

    assert requirements
    assert all(re.match(r"[\w.-]+==\S+.*--hash=sha256:[0-9a-f]{64}", requirement) for requirement in requirements)


@pytest.mark.parametrize(
    "path",
    [*LOCKS, *(folder / name for folder in NPM_FOLDERS for name in ("package-lock.json", "package.json", ".npmrc"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_lock_names_an_address(path: Path) -> None:
    """Which registry packages come from is the machine's affair: no lock holds a URL."""
    assert "://" not in path.read_text()


def test_the_locks_agree() -> None:
    """Where two locks share a package they hold one version, so switching between them installs nothing twice."""
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in _pins(lock).items():
            versions.setdefault(name, set()).add(version)

    assert {} == {name: found for name, found in versions.items() if len(found) > 1}


def test_dev_is_a_superset() -> None:
    """All that runs the server and the demo is in the set the tests run on."""
    dev = set(_pins(ROOT / "requirements/dev.lock"))

    assert set(_pins(ROOT / "requirements/server.lock")) < set(_pins(ROOT / "requirements/demo.lock")) < dev


@pytest.mark.parametrize("folder", NPM_FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_npm_packages_are_pinned(folder: Path) -> None:
    """package.json names exact versions, and each package in its lock has a SHA-512."""
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    fetched = {name.removeprefix("node_modules/"): package for name, package in packages.items() if name}

    assert all(fetched[name]["version"] == version for name, version in wanted.items())
    assert all(package["integrity"].startswith("sha512-") for package in fetched.values())


def test_build_machine_and_developer_run_the_same() -> None:
    """.ci/run is `make check`, and that is lint, types, layers, dependencies and tests."""
    commands = [line for line in (ROOT / ".ci/run").read_text().splitlines() if line and not line.startswith("#")]

    assert commands[-1] == "exec make check"
    assert _targets()["check"] == ["lint"]
    recipe = MAKEFILE.partition("\ncheck: lint\n")[2].partition("\n\n")[0]
    assert ["types layers deps", "test"] == re.findall(r"\$\(MAKE\) --no-print-directory ([a-z ]+[a-z])", recipe)


def test_make_keeps_modules_compiled() -> None:
    """Whatever the environment says: hundreds of processes of the tests would compile the same modules again."""
    assert "export PYTHONDONTWRITEBYTECODE :=\n" in MAKEFILE


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documented_commands_exist(document: str) -> None:
    """Every `make …` that a document tells the reader to run is a target."""
    told = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", (ROOT / document).read_text(), re.MULTILINE))

    assert {"demo", "test"} <= told
    assert told <= set(_targets())


def test_no_file_names_a_machines_folder() -> None:
    """What is committed works everywhere: no file holds a path of one machine or person."""
    files = [path for path in _tracked_files() if path != Path(__file__)]

    assert files
    assert [] == [str(path) for path in files if MACHINE_PATH.search(_text(path))]


def test_every_opt_out_has_a_reason() -> None:
    """Each rule that ruff is told to leave out, in pyproject.toml or beside a line, says why."""
    text = (ROOT / "pyproject.toml").read_text()
    lint = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.isort]")]
    opt_outs = [line for line in lint.splitlines() if re.match(r'\s+"[A-Z]+\d*",', line)]

    assert opt_outs
    assert all("  # " in line for line in opt_outs)


@pytest.mark.parametrize("marker", ["noqa: ", "type: ignore["])
def test_every_exception_in_code_has_a_reason(marker: str) -> None:
    """A line that is excused from a rule or a type check gives its reason behind the mark."""
    excused = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in _tracked_files()
        if path.suffix == ".py" and path != Path(__file__)
        for line in path.read_text().splitlines()
        if f"# {marker}" in line
    ]

    assert [] == [line for line in excused if not re.search(r"(?:  #| -) \w", line.partition(f"# {marker}")[2])]


def test_nothing_is_left_for_later() -> None:
    """No file carries a note to finish it some other day."""
    unfinished = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
    files = [path for path in _tracked_files() if path.suffix != ".lock" and path != Path(__file__)]

    assert [] == [str(path) for path in files if unfinished.search(_text(path))]


def test_the_licence_is_the_declared_one() -> None:
    """LICENSE holds the text of the licence that the package's metadata names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0, January 2004" in (ROOT / "LICENSE").read_text()
