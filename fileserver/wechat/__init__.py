"""WeChat's server API, as far as this server asks it.

Promises: one app token for all requests of a process, renewed before it ends and once when it is refused; what WeChat
says in a body of status 200 is read as the error that it is; nothing that is sent or answered is logged.
"""

from fileserver.wechat.client import WeChat
from fileserver.wechat.content import ContentCheck
from fileserver.wechat.errors import WeChatRefused, WeChatUnavailable

__all__ = ["ContentCheck", "WeChat", "WeChatRefused", "WeChatUnavailable"]
