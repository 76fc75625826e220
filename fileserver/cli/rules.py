"""`sealshare rules`: rule files on this machine, without a database: checked, shown, tried on a text."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.markup import escape

from compliance.access import MaterialClass
from compliance.declaring import Declared, china_day
from compliance.ruleset import Hit, Matcher, RuleFileInvalid, RuleSet
from compliance.ruleset.yaml_file import FILE_CHARS_MAX
from fileserver.cli.tables import new_table, print_table

LANGUAGES = ("zh-CN", "en")
UTF8_BYTES_MAX = 4
RULES_OPTION = click.option(
    "--rules",
    "rules_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="This rule file, instead of the one that ships.",
)
LANGUAGE_OPTION = click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)


@click.group("rules")
def command() -> None:
    """Check, show and try rule files."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(file: Path) -> None:
    """Say what is wrong with a rule file, by line and field; ends with 1 if anything is."""
    rules = _read(file)
    click.echo(f"{rules.version}: {len(rules.rules)} rules")


@command.command()
@RULES_OPTION
@LANGUAGE_OPTION
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def show(*, rules_file: Path | None, language: str, as_json: bool) -> None:
    """List the rules with their articles."""
    rules = _read(rules_file)
    rows = [
        {
            "id": part.id,
            "title": part.title.zh if language == "zh-CN" else part.title.en,
            "basis": rules.articles(part.id, language),
            "confidence": part.confidence,
            "severity": {each.value: str(weight) for each, weight in part.severity.items()},
        }
        for part in rules.file.rules
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = new_table("rule", "title", "basis")
    for row in rows:
        table.add_row(escape(str(row["id"])), escape(str(row["title"])), escape("; ".join(map(str, row["basis"]))))
    print_table(table)


@command.command("try")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@RULES_OPTION
@click.option(
    "--class",
    "material_class",
    type=click.Choice([each.value for each in MaterialClass]),
    default=MaterialClass.PUBLIC_AD.value,
    show_default=True,
)
@LANGUAGE_OPTION
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def attempt(*, file: Path, rules_file: Path | None, material_class: str, language: str, as_json: bool) -> None:
    """Say what the rules find in a text file (- for standard input); ends with 1 if something blocks."""
    rules, text = _read(rules_file), _text(file)
    declared = Declared(material_class=MaterialClass(material_class))
    hits = Matcher(rules).hits(text, declared, today=china_day(datetime.now(UTC)))
    if as_json:
        click.echo(json.dumps([vars(hit) for hit in hits], ensure_ascii=False))
    else:
        _print(rules, hits, text, language)
    if any(hit.severity == "block" for hit in hits):
        sys.exit(1)


def _print(rules: RuleSet, hits: list[Hit], text: str, language: str) -> None:
    table = new_table("line", "rule", "severity", "words", "what to do")
    for hit in hits:
        part = rules.rules[hit.rule]
        advice = part.suggestion.zh if language == "zh-CN" else part.suggestion.en
        line = 1 + text.count("\n", 0, hit.start)
        table.add_row(str(line), hit.rule, hit.severity.value, escape(hit.quote or "-"), escape(advice))
    print_table(table)


def _read(file: Path | None) -> RuleSet:
    if file is None:
        return RuleSet.default()
    try:
        return RuleSet.load(_text(file))
    except RuleFileInvalid as error:
        for each in error.problems:
            click.echo(f"{file}:{each.line}: {each.field or '-'}: {each.kind} {each.detail}".rstrip(), err=True)
        sys.exit(1)


def _text(file: Path) -> str:
    """At most as much as a rule file may be. Raises ClickException for what is no UTF-8."""
    with click.open_file(str(file), "rb") as source:
        body = source.read(FILE_CHARS_MAX * UTF8_BYTES_MAX)
    try:
        return str(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is no UTF-8") from None
