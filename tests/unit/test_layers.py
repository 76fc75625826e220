"""The directions of imports: the contracts of pyproject.toml catch what they are for; what they can't say is here."""

import ast
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ["compliance", "fileserver", "storage", "watermark"]
# What the contracts name beside the packages.
ROOMS = [
    *("compliance/keys", "compliance/merkle", "compliance/verifying"),
    *(
        "fileserver/cli",
        "fileserver/config",
        "fileserver/pages",
        "fileserver/shares",
        "fileserver/uploads",
        "fileserver/witness",
    ),
]
FILES = [
    *("compliance/checkpoints.py", "compliance/ledger.py", "compliance/notes.py"),
    "fileserver/cli/witness.py",
]
# What import-linter can't see: a module inside somebody else's package, and a name inside a module.
FILESERVER_ONLY = {"aiohttp.web", "os.environ", "os.getenv"}


def _names_used(path: Path) -> Iterator[str]:
    """Dotted names that a file imports or reaches through an import: `aiohttp.web`, `os.environ`."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
                yield f"{owner}.{attribute}"


def _modules(path: Path) -> Iterator[str]:
    """The modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module)):
                yield module


def _users(package: str, forbidden: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in _names_used(path)
        if name in forbidden
    ]


@pytest.mark.parametrize("package", ["compliance", "storage", "watermark"])
def test_only_fileserver_serves_and_reads_the_environment(package: str) -> None:
    """No other package touches aiohttp.web or the process's environment."""
    assert [] == _users(package, FILESERVER_ONLY)


def test_fileserver_reads_the_environment_in_one_place() -> None:
    """Settings come from fileserver/config alone; the search itself is proved by what it finds there."""
    found = {line.split(":")[0] for line in _users("fileserver", {"os.environ", "os.getenv"})}

    assert {"fileserver/config/__init__.py", "fileserver/config/secret_files.py"} == found


def test_the_verifier_stands_alone() -> None:
    """The auditor's verifier imports the standard library, cryptography and itself; nothing it verifies imports it."""
    folder = ROOT / "compliance/verifying"
    names = {name for path in folder.rglob("*.py") for name in _modules(path)}
    foreign = {name for name in names if not name.startswith("compliance.verifying")}
    rooms = [path for room in ("compliance", "storage") for path in (ROOT / room).rglob("*.py")]
    users = [path for path in rooms if folder not in path.parents for name in _modules(path) if "verifying" in name]

    assert foreign
    assert {name.split(".")[0] for name in foreign} <= {*sys.stdlib_module_names, "cryptography"}
    assert [] == users


def test_every_feature_folder_is_under_contract() -> None:
    """A folder of fileserver with routes of its own is one of those that must not import each other."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract.get("containers") == ["fileserver"])
    features = {path.parent.name for path in (ROOT / "fileserver").glob("*/routes.py")}

    assert features
    assert features <= {name.strip(" ()") for layer in layers for name in layer.split("|")}


BROKEN = [
    ("storage/broken.py", "import watermark"),
    ("watermark/broken.py", "import storage"),
    ("storage/broken.py", "import compliance"),
    ("compliance/broken.py", "import fileserver"),
    ("compliance/broken.py", "import sqlalchemy"),
    ("fileserver/broken.py", "import procrastinate"),
    ("storage/broken.py", "import jinja2"),
    ("compliance/broken.py", "import aiohttp"),
    ("watermark/broken.py", "import asyncio"),
    ("fileserver/shares/broken.py", "import fileserver.uploads"),
    ("compliance/verifying/broken.py", "import compliance.merkle"),
    ("compliance/verifying/broken.py", "import compliance.notes"),
    ("compliance/verifying/broken.py", "import storage"),
    ("fileserver/witness/broken.py", "import compliance.notes"),
    ("fileserver/cli/witness.py", "import storage"),
]
LINTING = """
import json, sys
from pathlib import Path
from importlinter.cli import lint_imports

answers = [lint_imports(no_cache=True)]
for module, statement in json.loads(sys.argv[1]):
    Path(module).write_text(statement)
    answers.append(lint_imports(no_cache=True))
    Path(module).write_text("")
Path("answers.json").write_text(json.dumps(answers))
"""


def test_contracts_catch(tmp_path: Path) -> None:
    """Import-linter passes four empty packages, and fails them whenever one gets an import against the direction."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for folder in [*PACKAGES, *ROOMS]:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    for file in FILES:
        (tmp_path / file).touch()
    # The folder comes before the installed project on the path, so these packages are found instead of the real ones.
    environment = {"PYTHONPATH": str(tmp_path)}
    linting = [sys.executable, "-c", LINTING, json.dumps(BROKEN)]
    subprocess.run(linting, cwd=tmp_path, env=environment, capture_output=True, check=True)
    sound, *broken = json.loads((tmp_path / "answers.json").read_text())

    assert 0 == sound
    assert [] == [each for each, answer in zip(BROKEN, broken, strict=True) if answer != 1]
