"""How the object store is reached."""

from storage.settings import S3Settings


def test_the_secret_is_not_shown() -> None:
    """Settings may be logged: their text holds everything but the secret key."""
    settings = S3Settings("http://127.0.0.1:1", "access", "c0ffee")
    assert "c0ffee" not in f"{settings} {settings!r}"
    assert "access" in repr(settings)
