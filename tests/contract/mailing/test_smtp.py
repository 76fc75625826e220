"""Mail over a real SMTP server."""

import pytest

from compliance.errors import InvalidValue
from fileserver.config import SmtpTls
from fileserver.i18n import Language
from fileserver.mailing import MailFailed, Message, SmtpMail, checked_address
from fileserver.mailing.texts import code_message
from tests.mailbox import smtp_server


def _to(port: int, tls: SmtpTls = SmtpTls.NONE) -> SmtpMail:
    return SmtpMail(host="127.0.0.1", port=port, tls=tls, sender="share@brand.example", sender_name="瑞丽")


@pytest.mark.parametrize(("language", "words"), [(Language.ZH_CN, "10 分钟内有效"), (Language.EN, "within 10 minutes")])
async def test_a_code_arrives_in_the_readers_language(language: Language, words: str) -> None:
    """Subject and text hold the code; the text says how long it works; nobody's holiday answers it."""
    async with smtp_server() as mailbox:
        message = code_message(language, to="li.na@example.com", brand="瑞丽", code="042917", minutes=10)
        await _to(mailbox.port).send(message)
    (mail,) = mailbox.mails
    assert ("li.na@example.com", "瑞丽 <share@brand.example>") == (mail["To"], mail["From"])
    assert ("042917", "auto-generated") == (mailbox.code(), mail["Auto-Submitted"])
    assert words in mail.get_content()
    assert "042917" in mail.get_content()


async def test_a_refused_address_is_told() -> None:
    """The sender learns that the server knows no such mailbox, and the address stays out of the error."""
    async with smtp_server() as mailbox:
        mailbox.refused.add("nobody@example.com")
        with pytest.raises(MailFailed) as failed:
            await _to(mailbox.port).send(Message(to="nobody@example.com", subject="x", text="x"))
    assert "recipient" == failed.value.reason
    assert "nobody" not in str(failed.value)


@pytest.mark.parametrize("tls", [SmtpTls.STARTTLS, SmtpTls.TLS])
async def test_nothing_is_sent_in_the_clear_where_encryption_is_asked(tls: SmtpTls) -> None:
    """A server that doesn't encrypt gets no mail."""
    async with smtp_server() as mailbox:
        with pytest.raises(MailFailed):
            await _to(mailbox.port, tls).send(Message(to="li.na@example.com", subject="x", text="x"))
    assert [] == mailbox.mails


async def test_no_server_is_an_error_of_ours() -> None:
    """Nobody listens: a fixed word, no address."""
    async with smtp_server() as mailbox:
        port = mailbox.port
    with pytest.raises(MailFailed) as failed:
        await _to(port).send(Message(to="li.na@example.com", subject="x", text="x"))
    assert "server" == failed.value.reason


def test_addresses_have_one_form() -> None:
    """Spaces around and capitals are how people type."""
    assert "li.na@example.com" == checked_address(" Li.Na@Example.COM ")


@pytest.mark.parametrize(
    "typed",
    ["", "li.na", "li na@example.com", "li@example", "a@b.c\nBcc: x@y.zz", f"{'a' * 250}@b.cc", "李@example.com"],
)
def test_what_is_no_address(typed: str) -> None:
    """No second header, no address without a domain, nothing longer than servers take."""
    with pytest.raises(InvalidValue):
        checked_address(typed)
