"""The errors of storage."""

import inspect

from storage import errors


def test_every_error_has_a_slug_of_its_own() -> None:
    """Slugs are machine keys: unique, and one for each class."""
    classes = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, errors.StorageError)]
    slugs = [each.__dict__["slug"] for each in classes]
    assert len(classes) > 5
    assert sorted(set(slugs)) == sorted(slugs)


def test_an_error_tells_its_facts() -> None:
    """The text names the slug and every parameter."""
    assert str(errors.EngineBusy(data_dir="/x", pid=7)) == "engine-busy: data_dir=/x, pid=7"
