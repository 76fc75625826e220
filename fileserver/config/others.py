"""Where requests to others may go."""

from pydantic import Field
from pydantic_settings import BaseSettings

from fileserver.config.values import Hosts, IssuersFile, Networks


class OtherSettings(BaseSettings):
    """Requests to others."""

    outgoing_hosts: Hosts = Field(
        default=(),
        description="Hosts that this server may send to, beside those of the addresses in other settings, separated by "
        "commas; requests to any other are refused",
    )
    outgoing_networks: Networks = Field(
        default=(),
        description="Private networks in which such hosts may be; none: public addresses only",
    )
    outgoing_ca_file: IssuersFile | None = Field(
        default=None, description="Issuers of certificates (PEM) to trust beside the system's, for such hosts"
    )
    outgoing_loopback_http: bool = Field(
        default=False, description="Let such hosts be at this machine's loopback address, by http too: for tests only"
    )
