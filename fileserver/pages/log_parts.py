"""What stands around the log's events: the conditions as chips, what the matches can be narrowed by, the plot of days.

Every address here is the page's own with another condition, so each state of the page can be kept and passed on.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from compliance.events import Act
from compliance.profiles import names_by_pseudonym
from fileserver.audit.asking import PSEUDONYM_PREFIX
from fileserver.audit.schemas import EventFilterIn, FacetOut, FacetsOut
from fileserver.http.call import Call
from fileserver.i18n import translate
from fileserver.pages import plots
from fileserver.pages.rendering import CHINA_TIME, local_time, with_query
from fileserver.pages.words import SHORT_ID_CHARS, In
from storage.rows import clinics as clinic_rows
from storage.rows import departments
from storage.rows.materials import material_titles

ACT_GROUPS: Mapping[str, list[str]] = {
    source: [each.value for each in Act if each.value.startswith(source + ":")]
    for source in dict.fromkeys(each.value.partition(":")[0] for each in Act)
}
KNOWN = frozenset(each.value for each in Act)


def groups(call: Call[Any, Any], facets: FacetsOut, filters: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the matches can be narrowed by, each value with the address that narrows."""
    words = In(call.language)
    named: dict[str, tuple[str, FacetOut, Any]] = {
        "act": ("log-act", facets.act, words.act),
        "result": ("log-result", facets.result, words.result),
        "role": ("log-role", facets.role, words.role),
        "person": ("person", facets.person, None),
        "clinic_id": ("clinic", facets.clinic, None),
        "material_id": ("share-material", facets.material, None),
    }
    return [
        {
            "name": name,
            "title": title,
            "exact": facet.exact,
            "values": [
                {
                    "text": word(each.value) if word else each.name or each.value[:SHORT_ID_CHARS],
                    "erased": word is None and each.name is None,
                    "id": each.value,
                    "count": each.count,
                    "url": with_query(call.request.path, filters, **{name: each.value}),
                    "chosen": filters.get(name) == each.value,
                }
                for each in facet.values
            ],
        }
        for name, (title, facet, word) in named.items()
        if facet.values
    ]


def plot_of(call: Call[Any, Any], facets: FacetsOut, filters: Mapping[str, str]) -> plots.Plot | None:
    """How many a day or a month, each bar with the address that narrows to it."""
    bars = []
    for each in facets.time:
        begin = datetime.combine(each.start, time(), CHINA_TIME)
        end = begin + timedelta(days=1) if facets.time_unit == "day" else _next_month(begin)
        url = with_query(call.request.path, filters, since=begin.isoformat(), until=end.isoformat())
        name = each.start.isoformat() if facets.time_unit == "day" else f"{each.start:%Y-%m}"
        bars.append(plots.Bar(name=name, start=each.start, count=each.count, url=url))
    return plots.plot(bars, by_month=facets.time_unit == "month")


def _next_month(begin: datetime) -> datetime:
    return (begin + timedelta(days=32)).replace(day=1)


async def chips(call: Call[Any, Any], filters: Mapping[str, str]) -> list[dict[str, str]]:
    """The conditions in words, each with the address that drops it."""
    query: EventFilterIn = call.query
    words = In(call.language)
    async with call.services.database.transaction() as tx:
        people = [each for each in (query.person, query.sharer) if each and each.startswith(PSEUDONYM_PREFIX)]
        called = await departments.names_of(tx) if query.department_id else {}
        called[str(departments.ROOT_ID)] = translate(call.language, "organisation-brand")  # it has no other name
        names = await names_by_pseudonym(tx, call.services.keys.master, people)
        clinics = await clinic_rows.clinic_names(tx, {query.clinic_id} if query.clinic_id else set())
        titles = await material_titles(tx, [query.material_id] if query.material_id else [])
    texts = {
        "person": names.get(query.person or "", query.person or ""),
        "clinic_id": clinics.get(filters.get("clinic_id", ""), ""),
        "material_id": titles.get(filters.get("material_id", ""), ""),
        "sharer": names.get(query.sharer or "", query.sharer or ""),
        "department_id": called.get(filters.get("department_id", ""), ""),
        "act": acts_text(call, query.act or ""),
        "result": words.result(query.result.value) if query.result else "",
        "role": words.role(str(query.role)) if query.role else "",
        "rule": words.rule(query.rule or ""),
        "since": local_time(query.since),
        "until": local_time(query.until),
    }
    return [
        {
            "key": f"chip-{name.replace('_', '-')}",
            "text": texts.get(name) or value,
            "url": with_query(call.request.path, {other: text for other, text in filters.items() if other != name}),
        }
        for name, value in filters.items()
    ]


def acts_text(call: Call[Any, Any], acts: str) -> str:
    """One act, or several, in words."""
    words = In(call.language)
    return " · ".join(_act_text(words, each) for each in acts.split(","))


def _act_text(words: In, act: str) -> str:
    if act.rstrip(":") in ACT_GROUPS:
        return words.acts_of(act.rstrip(":"))
    return words.act(act) if act in KNOWN else act
