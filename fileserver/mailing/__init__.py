"""Mail to people: a port, one way to send (SMTP), and the texts of what is sent.

Promises that a mail goes to one address that was checked, in one language, as plain text; the connection is encrypted
unless the operator says that it need not be, and a server's certificate is checked. Sending twice is the caller's not
to do: nothing here tries again.
"""

from fileserver.mailing.port import Mail, MailFailed, Message, checked_address
from fileserver.mailing.smtp import SmtpMail, mail_of

__all__ = ["Mail", "MailFailed", "Message", "SmtpMail", "checked_address", "mail_of"]
