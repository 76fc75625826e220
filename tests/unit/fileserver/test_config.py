"""A configuration is complete and right, or the start stops with a line that says what to do."""

import base64
from pathlib import Path

import pytest

from fileserver.config import Config, ConfigError, OriginalsBy, known_variables, load_config
from fileserver.i18n import Language
from tests.unit.fileserver.frame import make_config

NEEDED = {
    "SEALSHARE_DATABASE_URL": "postgresql://app:database-password@db/seal",
    "SEALSHARE_S3_ENDPOINT_URL": "http://s3:8333",
    "SEALSHARE_S3_ACCESS_KEY": "access",
    "SEALSHARE_S3_SECRET_KEY": "s3-password",
    "SEALSHARE_MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
    "SEALSHARE_PUBLIC_URL": "https://share.example.com/",
}


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with exactly what is needed."""
    for name in known_variables():
        monkeypatch.delenv(name, raising=False)
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_needed_variables_suffice(environ: pytest.MonkeyPatch) -> None:
    """Everything else has a safe default."""
    config = load_config()
    assert ("https://share.example.com", bytes(range(32))) == (config.public_url, config.master_key_bytes)


@pytest.mark.parametrize("name", NEEDED)
def test_needed_variable_that_is_missing_is_named(environ: pytest.MonkeyPatch, name: str) -> None:
    """The line names the variable and what it is for."""
    environ.delenv(name)
    with pytest.raises(ConfigError, match=f"^{name}.* is needed: "):
        load_config()


@pytest.mark.parametrize(("days", "good"), [("182", False), ("0", False), ("183", True), ("4000", True)])
def test_log_is_kept_for_six_months_at_least(environ: pytest.MonkeyPatch, days: str, *, good: bool) -> None:
    """Less than the law asks for stops the start, and the line says why; three years unless something is said."""
    assert 1096 == load_config().log_retention_days
    environ.setenv("SEALSHARE_LOG_RETENTION_DAYS", days)
    if good:
        assert int(days) == load_config().log_retention_days
        return
    with pytest.raises(ConfigError, match=r"^SEALSHARE_LOG_RETENTION_DAYS: .*at least 183 days: 网络安全法"):
        load_config()


def test_all_complaints_come_at_once(environ: pytest.MonkeyPatch) -> None:
    """Nobody has to start five times to learn of five mistakes."""
    environ.setenv("SEALSHARE_PORT", "x")
    environ.setenv("SEALSHARE_LOG_LEVEL", "loud")
    with pytest.raises(ConfigError) as raised:
        load_config()
    assert ["SEALSHARE_PORT", "SEALSHARE_LOG_LEVEL"] == [
        line.partition(":")[0] for line in str(raised.value).splitlines()
    ]


def test_unknown_variable_stops_the_start_and_suggests_the_nearest(environ: pytest.MonkeyPatch) -> None:
    """A misspelt limit must not silently be the default."""
    environ.setenv("SEALSHARE_UPLOAD_SIZE_MAX_BYTE", "1")
    with pytest.raises(ConfigError, match=r"did you mean SEALSHARE_UPLOAD_SIZE_MAX_BYTES\?"):
        load_config()


@pytest.mark.parametrize("name", ["SEALSHARE_PORT_FILE", "SEALSHARE_", "SEALSHARE_XYZZY"])
def test_only_settings_and_files_of_secrets_are_known(environ: pytest.MonkeyPatch, name: str) -> None:
    """Only secrets come from files."""
    environ.setenv(name, "1")
    with pytest.raises(ConfigError, match=f"{name} is not a setting"):
        load_config()


def test_secret_may_come_from_a_file(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As container platforms hand them over; the line end of the file is not part of the secret."""
    path = tmp_path / "key"
    path.write_text("from-file\n")
    environ.delenv("SEALSHARE_S3_SECRET_KEY")
    environ.setenv("SEALSHARE_S3_SECRET_KEY_FILE", str(path))
    assert load_config().s3_secret_key.get_secret_value() == "from-file"


def test_secret_from_two_places_is_refused(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody should have to guess which one counts."""
    environ.setenv("SEALSHARE_S3_SECRET_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(ConfigError, match="are both set"):
        load_config()


def test_unreadable_secret_file_is_named(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The line names the variable, the path and the reason."""
    environ.delenv("SEALSHARE_MASTER_KEY")
    environ.setenv("SEALSHARE_MASTER_KEY_FILE", str(tmp_path / "absent"))
    with pytest.raises(ConfigError, match=r"SEALSHARE_MASTER_KEY_FILE: can't read .*absent: No such file"):
        load_config()


def test_redirect_needs_an_address_to_go_to(environ: pytest.MonkeyPatch) -> None:
    """Originals can't be left to a store that browsers can't reach."""
    environ.setenv("SEALSHARE_ORIGINALS_BY", "redirect")
    with pytest.raises(ConfigError, match=r"SEALSHARE_ORIGINALS_BY.*SEALSHARE_S3_PUBLIC_URL"):
        load_config()
    environ.setenv("SEALSHARE_S3_PUBLIC_URL", "https://s3.example.com")
    assert OriginalsBy.REDIRECT is load_config().originals_by


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SEALSHARE_MASTER_KEY", "not base64!"),
        ("SEALSHARE_MASTER_KEY", base64.b64encode(b"secret-too-short").decode()),
        ("SEALSHARE_PUBLIC_URL", "share.example.com"),
        ("SEALSHARE_PUBLIC_URL", "https://user:secret-word@share.example.com"),
        ("SEALSHARE_PUBLIC_URL", "https://share.example.com/path"),
        ("SEALSHARE_TRUSTED_PROXIES", "10.0.0.0/8,nonsense"),
        ("SEALSHARE_PORT", "70000"),
        ("SEALSHARE_CLAMD", "scanner.example"),
        ("SEALSHARE_CLAMD", "scanner:99999"),
        ("SEALSHARE_SESSION_IDLE_S", "-5"),
        ("SEALSHARE_DEFAULT_LANGUAGE", "de"),
        ("SEALSHARE_UPLOAD_ORIGINS", "https://good.example,*"),
        ("SEALSHARE_UPLOAD_ORIGINS", "https://good.example/path"),
        ("SEALSHARE_UPLOAD_SIZE_MAX_BYTES", str((5 << 40) + 1)),
    ],
)
def test_bad_value_is_named_and_not_echoed(environ: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The complaint is about the variable; a value may be a secret that slipped."""
    environ.setenv(name, value)
    with pytest.raises(ConfigError, match=f"^{name}: ") as raised:
        load_config()
    assert value not in str(raised.value)


def test_check_of_pictures_needs_somebody_to_ask_for_and_a_push(environ: pytest.MonkeyPatch) -> None:
    """Otherwise no verdict could come: the line names what is missing."""
    environ.setenv("SEALSHARE_WECHAT_PICTURE_CHECK", "true")
    environ.setenv("SEALSHARE_WECHAT_APP_ID", "wx1")
    environ.setenv("SEALSHARE_WECHAT_APP_SECRET", "s")
    needed = {"SEALSHARE_WECHAT_CHECK_OPENID": "o1", "SEALSHARE_WECHAT_PUSH_TOKEN": "t"}
    with pytest.raises(ConfigError, match="pictures needs " + ", ".join(needed)):
        load_config()
    for name, value in needed.items():
        environ.setenv(name, value)
    assert load_config().wechat_picture_check


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("", None),
        ("none", None),
        ("/run/clamd.ctl", "/run/clamd.ctl"),
        ("scanner:3310", "scanner:3310"),
        ("[::1]:3310", "[::1]:3310"),
    ],
)
def test_a_virus_scanner_is_a_socket_or_a_port(environ: pytest.MonkeyPatch, value: str, address: str | None) -> None:
    """Nothing said is none, and so is `none`, for a compose file has to say something."""
    environ.setenv("SEALSHARE_CLAMD", value)
    assert address == load_config().clamd


def test_lists_are_written_with_commas(environ: pytest.MonkeyPatch) -> None:
    """Networks and origins as operators write them."""
    environ.setenv("SEALSHARE_UPLOAD_ORIGINS", "https://a.example/, http://localhost:5173")
    assert ("https://a.example", "http://localhost:5173") == load_config().upload_origins
    environ.setenv("SEALSHARE_TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8")
    assert ["10.0.0.0/8", "fd00::/8"] == [str(network) for network in load_config().trusted_proxies]


def test_command_line_wins_over_the_environment(environ: pytest.MonkeyPatch) -> None:
    """What was typed last is meant."""
    environ.setenv("SEALSHARE_PORT", "1000")
    assert load_config(port=2000).port == 2000


def test_effective_settings_hide_every_secret() -> None:
    """`sealshare config` may be pasted into a ticket."""
    shown = {setting.variable: setting for setting in make_config(metrics_token="metrics-word").effective()}
    text = str(shown)
    assert [] == [secret for secret in ("database-password", "s3-password", "metrics-word", "AAAA") if secret in text]
    assert ("(set)", "http://share.example") == (
        shown["SEALSHARE_MASTER_KEY"].value,
        shown["SEALSHARE_PUBLIC_URL"].value,
    )


def test_effective_settings_tell_defaults_apart() -> None:
    """An operator sees what they set and what came by itself."""
    shown = {setting.variable: setting.is_default for setting in make_config(default_language=Language.EN).effective()}
    assert (False, True) == (shown["SEALSHARE_DEFAULT_LANGUAGE"], shown["SEALSHARE_PORT"])


def test_every_setting_says_what_it_is_for() -> None:
    """The reference is made from these sentences."""
    assert [] == [name for name, field in Config.model_fields.items() if not field.description]


def test_repr_of_a_configuration_holds_no_secret() -> None:
    """Not even a traceback that prints one."""
    text = repr(make_config())
    assert [] == [secret for secret in ("database-password", "s3-password", "AAAA") if secret in text]


def test_issuers_that_cannot_be_read_stop_the_start(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file without certificates would leave every witness unreachable, and nobody would know why."""
    file = tmp_path / "issuers.pem"
    file.write_text("none")
    for path in (file, tmp_path / "absent.pem"):
        environ.setenv("SEALSHARE_OUTGOING_CA_FILE", str(path))
        with pytest.raises(ConfigError, match=r"^SEALSHARE_OUTGOING_CA_FILE: "):
            load_config()


WITNESS = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X https://w1.example"


def test_witnesses_are_keys_with_addresses(environ: pytest.MonkeyPatch) -> None:
    """The server may send to their addresses and those of webhooks; `sealshare config` shows them as they came."""
    environ.setenv("SEALSHARE_LEDGER_WITNESSES", WITNESS)
    environ.setenv("SEALSHARE_LEDGER_WEBHOOKS", "https://hooks.example/a, https://hooks.example/b")
    config = load_config()

    assert ("https://w1.example", "https://hooks.example/a", "https://hooks.example/b") == config.outgoing_urls
    assert WITNESS in [setting.value for setting in config.effective()]
    assert "witness:witness.example/w1" == config.ledger_witnesses[0].place


@pytest.mark.parametrize(
    "changed",
    [
        {"SEALSHARE_LEDGER_WITNESSES": f"{WITNESS},{WITNESS}"},
        {"SEALSHARE_LEDGER_WITNESSES": "https://w1.example"},
        {"SEALSHARE_LEDGER_WITNESSES": WITNESS.replace("20324abe", "20324abf")},
        {"SEALSHARE_LEDGER_WITNESSES": WITNESS.partition(" ")[0]},
        {"SEALSHARE_LEDGER_WITNESSES": WITNESS.replace("https://", "https://me:mine@")},
        {"SEALSHARE_LEDGER_WEBHOOKS": "ftp://hooks.example/"},
        {"SEALSHARE_LEDGER_WITNESS_QUORUM": "1"},
        {"SEALSHARE_LEDGER_WITNESSES": WITNESS, "SEALSHARE_LEDGER_WITNESS_QUORUM": "2"},
        {"SEALSHARE_LEDGER_BUCKET": "checkpoints"},
        {"SEALSHARE_LEDGER_BUCKET_ACCESS_KEY": "x"},
        {"SEALSHARE_LEDGER_CONFLICT": "ignore"},
        {"SEALSHARE_LEDGER_TELL_EVERY_S": "0"},
    ],
)
def test_places_outside_that_could_not_work_stop_the_start(
    environ: pytest.MonkeyPatch, changed: dict[str, str]
) -> None:
    """A misspelt key, a quorum that nobody can reach, half a bucket: said at the start, and no secret with it."""
    for name, value in changed.items():
        environ.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_config()
    assert "mine" not in str(caught.value)
