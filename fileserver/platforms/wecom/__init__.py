"""WeCom: who employees are, the directory, messages to them, and their contacts outside."""

from fileserver.platforms.wecom.client import WeCom

__all__ = ["WeCom"]
