"""What can go wrong with WeChat."""


class WeChatUnavailable(Exception):
    """No answer, or none that can be read; `reason` is a slug."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WeChatRefused(Exception):
    """WeChat answered with an error of its own; `code` is its `errcode`."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code
