"""Platforms: WeChat, WeCom and Tencent Cloud. Each part is configured whole, or not at all."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from fileserver.config.names import variable_of
from fileserver.config.values import PublicUrl


def _encoding_key(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not ENCODING_KEY.fullmatch(value.get_secret_value()):
        raise ValueError("must be the 43 letters and digits of an EncodingAESKey")
    return value


EncodingKey = Annotated[SecretStr | None, AfterValidator(_encoding_key)]
ENCODING_KEY = re.compile(r"[A-Za-z0-9]{43}")
MINI_PROGRAM = ("wechat_app_id", "wechat_app_secret")
PICTURE_CHECK = ("wechat_check_openid", "wechat_push_token")
OFFICIAL = ("official_account_app_id", "official_account_app_secret")
WECOM = ("wecom_corp_id", "wecom_agent_id", "wecom_secret")
TENCENT = ("tencent_secret_id", "tencent_secret_key")


class PlatformSettings(BaseSettings):
    """Requests to platforms, and what they push."""

    wechat_app_id: str | None = Field(default=None, description="AppID of the mini-program")
    wechat_app_secret: SecretStr | None = Field(default=None, description="Its AppSecret")
    share_page: str = Field(
        default="pages/share/index",
        max_length=128,
        pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_/-]*$",
        description="The mini-program's page that shares open; it gets the token as `scene`",
    )
    wechat_check_openid: str | None = Field(
        default=None,
        description="With this user's openid in the app, WeChat is asked what it makes of the text of every version "
        "(msg_sec_check); the user must have used the app within two hours, or a reviewer is told that nothing was "
        "checked. The text leaves this installation",
    )
    wechat_picture_check: bool = Field(
        default=False,
        description="Whether WeChat is asked about the pages of every version as pictures too (media_check_async): it "
        "fetches each at SEALSHARE_PUBLIC_URL and pushes its verdict, so this needs SEALSHARE_WECHAT_CHECK_OPENID and "
        "SEALSHARE_WECHAT_PUSH_TOKEN. The pictures leave this installation",
    )
    wechat_push_token: SecretStr | None = Field(
        default=None, description="Token of the mini-program's message push; none: nothing is taken from WeChat"
    )
    wechat_push_key: EncodingKey = Field(
        default=None, description="Its EncodingAESKey; with it, only encrypted messages are taken"
    )
    wechat_api_url: PublicUrl = Field(
        default="https://api.weixin.qq.com", description="WeChat's server API", validate_default=True
    )
    official_account_app_id: str | None = Field(
        default=None, description="AppID of the official account (公众号), for sign-in in WeChat's browser"
    )
    official_account_app_secret: SecretStr | None = Field(default=None, description="Its AppSecret")
    official_account_push_token: SecretStr | None = Field(
        default=None, description="Token of its server configuration; none: nothing is taken from it"
    )
    official_account_push_key: EncodingKey = Field(
        default=None, description="Its EncodingAESKey; with it, only encrypted messages are taken"
    )
    wechat_open_url: PublicUrl = Field(
        default="https://open.weixin.qq.com",
        description="Where browsers are sent to authorize, by WeChat and by WeCom",
        validate_default=True,
    )
    wecom_corp_id: str | None = Field(default=None, description="CorpID of the company in WeCom")
    wecom_agent_id: int | None = Field(default=None, description="AgentId of its app for this server", gt=0)
    wecom_secret: SecretStr | None = Field(default=None, description="Secret of this app")
    wecom_callback_token: SecretStr | None = Field(
        default=None, description="Token of the app's callbacks; none: nothing is taken from WeCom"
    )
    wecom_callback_key: EncodingKey = Field(default=None, description="Their EncodingAESKey", validate_default=True)
    wecom_api_url: PublicUrl = Field(
        default="https://qyapi.weixin.qq.com", description="WeCom's server API", validate_default=True
    )
    wecom_login_url: PublicUrl = Field(
        default="https://login.work.weixin.qq.com", description="WeCom's page with a QR code to sign in by"
    )
    wecom_open_url: PublicUrl = Field(
        default="https://open.weixin.qq.com", description="Where WeCom's own browser is sent to authorize"
    )
    tencent_secret_id: str | None = Field(default=None, description="SecretId of the account at Tencent Cloud")
    tencent_secret_key: SecretStr | None = Field(default=None, description="Its SecretKey")
    tencent_region: str = Field(default="ap-guangzhou", description="Region that requests name")
    tencent_face_rule_id: str | None = Field(default=None, description="RuleId of face checks on a page (DetectAuth)")
    tencent_eid_merchant_id: str | None = Field(
        default=None, description="MerchantId of face checks in the mini-program (GetEidToken)"
    )
    tencent_esign_operator: str | None = Field(
        default=None, description="UserId of the employee in whose name the e-sign service is asked"
    )
    tencent_faceid_url: PublicUrl = Field(
        default="https://faceid.tencentcloudapi.com", description="Tencent Cloud's FaceID", validate_default=True
    )
    tencent_ess_url: PublicUrl = Field(
        default="https://ess.tencentcloudapi.com", description="Tencent Cloud's e-sign service"
    )

    @property
    def platform_urls(self) -> tuple[str, ...]:
        """Addresses of platforms that this server sends to."""
        wechat = (self.wechat_api_url,) if self.wechat_app_id or self.official_account_app_id else ()
        wecom = (self.wecom_api_url,) if self.wecom_corp_id else ()
        tencent = (self.tencent_faceid_url, self.tencent_ess_url) if self.tencent_secret_id else ()
        return (*wechat, *wecom, *tencent)

    @field_validator("wechat_api_url")
    @classmethod
    def _complete_wechat(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("wechat_picture_check") and any(info.data.get(name) is None for name in PICTURE_CHECK):
            raise ValueError(f"the check of pictures needs {', '.join(map(variable_of, PICTURE_CHECK))}")
        return _complete(value, info, MINI_PROGRAM, "wechat_check_openid", "wechat_push_token", "wechat_push_key")

    @field_validator("wechat_open_url")
    @classmethod
    def _complete_official(cls, value: str, info: ValidationInfo) -> str:
        return _complete(value, info, OFFICIAL, "official_account_push_token")

    @field_validator("wecom_callback_key")
    @classmethod
    def _complete_callbacks(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if (value is None) != (info.data.get("wecom_callback_token") is None):
            raise ValueError("a token and a key are needed for callbacks, or neither")
        return value

    @field_validator("wecom_api_url")
    @classmethod
    def _complete_wecom(cls, value: str, info: ValidationInfo) -> str:
        return _complete(value, info, WECOM, "wecom_callback_token")

    @field_validator("tencent_faceid_url")
    @classmethod
    def _complete_tencent(cls, value: str, info: ValidationInfo) -> str:
        return _complete(
            value, info, TENCENT, "tencent_face_rule_id", "tencent_eid_merchant_id", "tencent_esign_operator"
        )


def _complete(value: str, info: ValidationInfo, needed: tuple[str, ...], *more: str) -> str:
    """All of `needed`, if any of them or one of `more` is given."""
    if any(info.data.get(name) is not None for name in (*needed, *more)) and any(
        info.data.get(name) is None for name in needed
    ):
        raise ValueError(f"all of these are needed, or none: {', '.join(map(variable_of, needed))}")
    return value
