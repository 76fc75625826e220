"""Services of others that are asked, and where requests may go."""

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from fileserver.config.names import variable_of
from fileserver.config.values import Hosts, IssuersFile, Networks, PublicUrl


class OtherSettings(BaseSettings):
    """Requests to others."""

    wechat_app_id: str | None = Field(default=None, description="AppID of the mini-program or official account")
    wechat_app_secret: SecretStr | None = Field(default=None, description="Its AppSecret")
    wechat_check_openid: str | None = Field(
        default=None,
        description="With this user's openid in the app, WeChat is asked what it makes of the text of every version "
        "(msg_sec_check); the user must have used the app within two hours, or a reviewer is told that nothing was "
        "checked. The text leaves this installation",
    )
    wechat_api_url: PublicUrl = Field(
        default="https://api.weixin.qq.com", description="WeChat's server API", validate_default=True
    )
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

    @field_validator("wechat_api_url")
    @classmethod
    def _complete_wechat(cls, value: str, info: ValidationInfo) -> str:
        needed = ("wechat_app_id", "wechat_app_secret")
        given = [info.data.get(name) is not None for name in needed]
        if any(given) != all(given) or (info.data.get("wechat_check_openid") is not None and not all(given)):
            raise ValueError(f"all of these are needed, or none: {', '.join(map(variable_of, needed))}")
        return value
