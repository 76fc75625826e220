"""What an opening says of how its card got there."""

import pytest

from compliance.natives import VIEWERS_MAX, Native, native_by

HERE, THERE = b"a" * 32, b"b" * 32


@pytest.mark.parametrize(
    ("chat", "first_chat", "viewers", "expected"),
    [
        (HERE, HERE, 400, None),  # a large group that the card was sent to
        (THERE, HERE, 2, Native.OTHER_CHAT),
        (None, HERE, 400, None),  # a browser says nothing of chats
        (None, None, VIEWERS_MAX, None),
        (None, None, VIEWERS_MAX + 1, Native.MANY_VIEWERS),
    ],
)
def test_a_card_in_another_chat_was_passed_on_by_hand(
    chat: bytes | None, first_chat: bytes | None, viewers: int, expected: Native | None
) -> None:
    """And, where no chat is known, one that more people open than can have been sent it at once."""
    assert expected == native_by(chat=chat, first_chat=first_chat, viewers=viewers)
