"""Mail by SMTP (RFC 5321), one connection for each: a code is wanted now, and there are few."""

import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime, make_msgid

import aiosmtplib

from fileserver.config import Config, SmtpTls
from fileserver.mailing.port import Mail, MailFailed, Message

TIMEOUT_S = 15.0


@dataclass(frozen=True, kw_only=True)
class SmtpMail:
    """The server that takes mail, and who it comes from."""

    host: str
    port: int
    tls: SmtpTls
    sender: str
    sender_name: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None

    async def send(self, message: Message) -> None:
        """See Mail."""
        try:
            await aiosmtplib.send(
                self._written(message),
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                use_tls=self.tls is SmtpTls.TLS,
                start_tls=self.tls is SmtpTls.STARTTLS,
                tls_context=None if self.tls is SmtpTls.NONE else ssl.create_default_context(cafile=self.ca_file),
                timeout=TIMEOUT_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise MailFailed("recipient") from error
        except aiosmtplib.SMTPAuthenticationError as error:
            raise MailFailed("authentication") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailFailed("server") from error

    def _written(self, message: Message) -> EmailMessage:
        written = EmailMessage()
        written["From"] = Address(self.sender_name, addr_spec=self.sender)
        written["To"] = Address(addr_spec=message.to)
        written["Subject"] = message.subject
        written["Date"] = localtime()
        written["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        written["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        written.set_content(message.text, charset="utf-8")
        return written


def mail_of(config: Config) -> Mail | None:
    """The way that the settings describe; None where no server is named."""
    if config.smtp_host is None or config.mail_from is None:
        return None
    return SmtpMail(
        host=config.smtp_host,
        port=config.smtp_port,
        tls=config.smtp_tls,
        sender=config.mail_from,
        sender_name=config.brand_name,
        user=config.smtp_user,
        password=config.smtp_password.get_secret_value() if config.smtp_password else None,
        ca_file=str(config.outgoing_ca_file) if config.outgoing_ca_file else None,
    )
