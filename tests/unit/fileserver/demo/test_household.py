"""What the demo remembers between two runs."""

from pathlib import Path

import pytest

from compliance.access import EMPLOYEES
from fileserver.demo import household
from fileserver.demo.errors import DemoError


def test_remembers_everything(tmp_path: Path) -> None:
    """What was saved is what is loaded: key, accounts with passwords, port, and whether the brand is complete."""
    saved = household.with_seed(household.with_port(household.load(tmp_path), 8081))
    household.save(tmp_path, saved)
    assert saved == household.load(tmp_path)
    assert (8081, True) == (saved.port, saved.seeded)


def test_every_new_household_has_secrets_of_its_own(tmp_path: Path) -> None:
    """No key and no password is ever the same in two folders."""
    one, other = household.load(tmp_path), household.load(tmp_path)
    assert one.master_key != other.master_key
    assert 2 * len(one.accounts) == len({each.password for each in (*one.accounts, *other.accounts)})


def test_every_employee_role_has_an_account(tmp_path: Path) -> None:
    """A visitor of the demo can see the product in every role."""
    assert {role.value for role in EMPLOYEES} == {each.role for each in household.load(tmp_path).accounts}


def test_is_readable_by_nobody_else(tmp_path: Path) -> None:
    """The file with the passwords is closed to other users, and shown nowhere by accident."""
    home = household.load(tmp_path)
    household.save(tmp_path, home)
    assert 0o600 == (tmp_path / "demo.json").stat().st_mode & 0o777
    assert not [each.password for each in home.accounts if each.password in repr(home)]
    assert home.master_key not in repr(home)


@pytest.mark.parametrize("content", ["", "null", "[]", "{}", '{"accounts": 1}', '{"accounts": [], "colour": "red"}'])
def test_a_damaged_memory_is_told(tmp_path: Path, content: str) -> None:
    """A file that no demo wrote is an error that names it and the way out, not a demo with other passwords."""
    (tmp_path / "demo.json").write_text(content)
    with pytest.raises(DemoError, match=r"demo\.json can't be read: it isn't what a demo writes\. .* --reset"):
        household.load(tmp_path)
