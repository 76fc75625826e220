"""The words that people agree to: each version of them is one text for ever."""

from compliance.consents import VERSIONS, Purpose
from fileserver.entering.consent_texts import text_of
from fileserver.i18n import Language

# A changed text is a new version (compliance/consents.py): add its line here, and leave the old ones.
PINNED = {
    ("privacy", 1, "zh-CN"): "75665be5066433865118ebb256ebcd0cbf82b6060955e0225bcbc394e4cde852",
    ("privacy", 1, "en"): "0da20abd692348ed80019f2a4ce00b93161a7794edb14d7084b8243837ec407b",
    ("identity", 1, "zh-CN"): "a58f942173e364e98ee0a00fa1bc6d3bcb404eb2185549191b32b4dd5ac77475",
    ("identity", 1, "en"): "1f184ac425e0b6e53011cfdfd197e9b5bc606c2cb102a56ac39b76aaebff4456",
}


def test_a_changed_text_is_a_new_version() -> None:
    """Whoever agreed to version 1 agreed to these very words, in either language."""
    told = {
        (each.value, VERSIONS[each], language.value): text_of(each, language, brand="品牌").sha256
        for each in Purpose
        for language in Language
    }
    assert told == {key: PINNED.get(key) for key in told}
