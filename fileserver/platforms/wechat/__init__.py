"""WeChat: a mini-program's server API, an official account's, and what WeChat makes of content."""

from fileserver.platforms.wechat.mini_program import MiniProgram
from fileserver.platforms.wechat.official import OfficialAccount

__all__ = ["MiniProgram", "OfficialAccount"]
