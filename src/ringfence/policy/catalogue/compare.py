"""The declared tables against the live ones: equal, or a text that says exactly what to add or take away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ringfence.policy.catalogue.values import Catalogue, Kind, Place, PlaceKind

Live = Mapping[str, Mapping[str, str]]  # table → column → the type's name, as PostgreSQL formats it

# Which kinds a column of a type may be. A type that is not here may be anything but content in the clear.
_TEXTS: Final = (Kind.TEXT, Kind.WORD, Kind.CODE, Kind.SECRET, Kind.ID, Kind.PUBLISHED)
_NUMBERS: Final = (Kind.NUMBER, Kind.ID)
FITTING: Final[dict[str, tuple[Kind, ...]]] = {
    "uuid": (Kind.ID,),
    "timestamp with time zone": (Kind.MOMENT,),
    "date": (Kind.MOMENT,),
    "smallint": _NUMBERS,
    "integer": _NUMBERS,
    "bigint": (*_NUMBERS, Kind.MOMENT, Kind.INDEX),
    "numeric": _NUMBERS,
    "double precision": _NUMBERS,
    "boolean": (Kind.FLAG,),
    "text": _TEXTS,
    "character varying": _TEXTS,
    "jsonb": (Kind.DOCUMENT, Kind.PUBLISHED),
    "bytea": (Kind.SEALED, Kind.INDEX, Kind.SECRET, Kind.KEY),
    "bigint[]": (Kind.INDEX, Kind.ID),
    "uuid[]": (Kind.ID,),
    "text[]": (Kind.DOCUMENT, Kind.WORD),
    "character varying[]": (Kind.DOCUMENT, Kind.WORD),
}
_OTHER: Final = (Kind.WORD, Kind.DOCUMENT)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as declared. `column` is None for a whole table; `live` is its type, None if there is none."""

    table: str
    column: str | None
    live: str | None
    declared: Kind | None = None


def compare(known: Catalogue, live: Live) -> list[Difference]:
    """What differs, sorted. Empty: what is declared is what is there."""
    declared = known.of(PlaceKind.TABLE)
    found = [Difference(table, None, None) for table in declared if table not in live]
    for table, columns in live.items():
        if table not in declared:
            found.append(Difference(table, None, "table"))
        else:
            found += _columns(declared[table], columns)
    return sorted(found, key=lambda each: (each.table, each.column or ""))


def fitting(live: str) -> tuple[Kind, ...]:
    """The kinds that a column of this type may be."""
    return FITTING.get(live.partition("(")[0], _OTHER)


def _columns(declared: Place, live: Mapping[str, str]) -> list[Difference]:
    table, fields = declared.name, declared.fields
    found = [Difference(table, name, None) for name in fields if name not in live]
    for name, kind in live.items():
        if name not in fields:
            found.append(Difference(table, name, kind))
        elif fields[name].kind not in fitting(kind):
            found.append(Difference(table, name, kind, fields[name].kind))
    return found


def explain(found: list[Difference], known: Catalogue, live: Live) -> str:
    """What to do about it, ready to be pasted."""
    declared = known.of(PlaceKind.TABLE)
    lines = ["The database and the catalogue (policy/catalogue/*.toml) do not say the same:"]
    for each in found:
        app = declared[each.table].app if each.table in declared else each.table.partition("_")[0]
        lines.append(_one(each, app, live))
    lines.append("How to declare: policy/catalogue/declare.md. Nothing is served until both agree.")
    return "\n".join(lines)


def _one(each: Difference, app: str, live: Live) -> str:
    file = f"{app}.toml"
    if each.column is None and each.live is None:
        return f"- the table {each.table} is declared in {file} and is not there. Run `ringfence migrate`, or take it out."
    if each.column is None:
        return f"- the table {each.table} is not declared. Add to {file}:\n{skeleton(each.table, live[each.table])}"
    if each.live is None:
        return f"- {each.table}.{each.column} is declared in {file} and is not there. Run `ringfence migrate`, or take it out."
    if each.declared is not None:
        kinds = ", ".join(fitting(each.live))
        return f"- {each.table}.{each.column} is {each.live}: it cannot be {each.declared.value!r} in {file}, only {kinds}."
    return (
        f"- {each.table}.{each.column} is not declared. Add to [table.{each.table}.fields] in {file}:\n"
        f"    {_line(each.column, each.live)}"
    )


def skeleton(table: str, columns: Mapping[str, str]) -> str:
    """A declaration to fill in: what cannot be known from a schema is left as a question."""
    lines = [
        f"    [table.{table}]",
        '    holds = "?"',
        '    category = "?"      # account, usage, call, contact, operator; operational needs why and until',
        '    whose = "?"         # customer, member, caller, staff, nobody',
        '    purposes = ["service"]',
        '    retention = "?"     # recording, transcript, log, audit, account, usage, contact, billing, compliance, …',
        '    erasure = "deleted" # or blanked, key, kept (with ground)',
        "    exported = true",
        '    reach = ["account_id"]',
        f"    [table.{table}.fields]",
    ]
    return "\n".join(lines + [f"    {_line(name, kind)}" for name, kind in columns.items()])


def _line(column: str, live: str) -> str:
    kinds = fitting(live)
    others = f"  # or {', '.join(kinds[1:])}" if len(kinds) > 1 else ""
    return f'{column} = "{kinds[0].value}"{others}'
