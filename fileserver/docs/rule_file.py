"""The page of the rule file's shape, from the model that reads it."""

from collections.abc import Iterator
from typing import Any

from compliance.ruleset.excuses import BEFORE_CHARS, NEAR_CHARS
from compliance.ruleset.places import GAP_CHARS_MAX
from compliance.ruleset.schema import RuleFile
from compliance.ruleset.terms import FORMS_MAX, TERMS_MAX
from compliance.ruleset.yaml_file import FILE_CHARS_MAX
from fileserver.docs import markdown
from fileserver.docs.markdown import code

INTRODUCTION = f"""\
A rule set is one YAML file of at most {FILE_CHARS_MAX:,} characters: plain values, no anchors, no tags, no key twice.
It holds words and distances and no code. [Write rules](../how-to/write-rules.md) shows one being made.

Words stand in simplified Chinese or in Latin letters, in any case. What is looked at is the compact text: letters,
digits, % and ¥, folded by width, case, marks, traditional forms, radicals and look-alikes. Up to {GAP_CHARS_MAX}
separators may stand between two characters of a word, pinyin and homophones are taken for it (severity `review` at
most), and no word reaches over the end of a page. `最(佳|好)的?` stands for four words, `@name` for a list or a
pattern; one word may stand for {FORMS_MAX:,}, a file for {TERMS_MAX:,}. A word of `before` ends at most {BEFORE_CHARS}
character in front, with no sign but quotes between; `near` looks {NEAR_CHARS} around."""


def page() -> str:
    """The whole page."""
    schema = RuleFile.model_json_schema()
    parts = {"The file": schema, **schema["$defs"]}
    shown = [name for name in parts if "properties" in parts[name]]
    return markdown.page("Rule file", INTRODUCTION, *(block for name in shown for block in _part(name, parts[name])))


def _part(name: str, part: dict[str, Any]) -> Iterator[str]:
    yield f"## {name}"
    yield " ".join(str(part.get("description", "")).split())
    required = set(part.get("required", ()))
    rows = [
        (code(field), _kind(value), "yes" if field in required else "", str(value.get("description", "")))
        for field, value in part["properties"].items()
    ]
    yield markdown.table(("Field", "What stands there", "Required", "Meaning"), rows)


def _kind(value: dict[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "$ref" in value:
        return str(value["$ref"]).rpartition("/")[2]
    if words := value.get("enum") or ([value["const"]] if "const" in value else []):
        return " or ".join(code(str(each)) for each in words)
    if "anyOf" in value:
        return " or ".join(dict.fromkeys(_kind(each) for each in value["anyOf"] if each.get("type") != "null"))
    if value.get("type") == "array":
        return f"list of {_kind(value['items'])}"
    if value.get("type") == "object":
        inner = value.get("additionalProperties") or next(iter(value["patternProperties"].values()))
        return f"mapping to {_kind(inner)}"
    return str(value.get("format", value.get("type")))
