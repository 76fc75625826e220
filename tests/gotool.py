"""The auditor's Go program, built from the source that every bundle brings, by Go's own packages."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.left_out import GO_MODULES

SOURCE = Path(__file__).parents[1] / "compliance/bundles/verify.go"


@pytest.fixture(scope="session")
def go_verify(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program; tests that ask for it are marked `go`."""
    folder = tmp_path_factory.mktemp("go")
    program = folder / "verify"
    go = shutil.which("go")
    assert go
    paths = {"GOCACHE": str(folder / "cache"), "GO111MODULE": "off", "GOPATH": str(GO_MODULES)}
    subprocess.run([go, "build", "-o", program, SOURCE], env=os.environ | paths, check=True, cwd=folder)
    return program
