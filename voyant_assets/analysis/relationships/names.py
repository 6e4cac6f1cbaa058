"""What the names of two columns say about whether one refers to the other. Precision first: `id` beside `id` says nothing."""

from __future__ import annotations

from voyant_assets.analysis.kpi import naming

KEYS = frozenset({"id", "key", "code", "no", "nr", "num", "number", "ref", "uuid", "guid", "sk", "pk", "fk", "symbol"})
GENERIC = KEYS | frozenset(
    """name title label type status date time description value index row line seq position rank comment note kind year month
    day week hour quarter quantity amount count total price flag""".split()  # noqa: SIM905
)
"""Words that name no particular thing: a column of these alone is like every other such column."""
ALONE = frozenset({"order", "group", "class", "level", "state", "category"})
"""Generic when they stand alone: an `order` sorts, an `order id` names one."""
SELF = frozenset({"parent", "manager", "supervisor", "boss", "predecessor", "original", "root", "reports", "replaces"})
PREFIXES = frozenset({"dim", "fact", "tbl", "table", "stg", "raw", "fk"})

Words = tuple[str, ...]


def words(name: str) -> Words:
    """Lower-case words of a column's or table's name, without the prefixes of warehouses."""
    found = tuple(naming.words(name).lower().split())
    return found[1:] if len(found) > 1 and found[0] in PREFIXES else found


def singular(name: Words) -> Words:
    return (*name[:-1], _singular(name[-1])) if name else name


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def is_generic(name: Words) -> bool:
    return all(word in GENERIC for word in name) or (len(name) == 1 and name[0] in ALONE)


def names_own_table(parent: Words, table: Words) -> bool:
    """`customer id` in `customers`: the key of this table and of no other."""
    thing = singular(table)
    return (is_generic(parent) and bool(set(parent) & KEYS)) or parent[: len(thing)] == thing


def basis(child: Words, parent: Words, parent_table: Words, *, same_table: bool) -> str | None:
    """Why `child` may refer to `parent`, a key of `parent_table`; None where the names give no reason."""
    thing = singular(parent_table)
    is_key = is_generic(parent) and bool(set(parent) & KEYS)
    whole = (*thing, *parent) if is_key else parent
    if same_table:
        key = bool(set(parent) & KEYS) and (is_key or parent[: len(thing)] == thing)
        return "table and key name" if key and child[0] in SELF else None
    if child == parent and not is_generic(child):
        return "same name"
    if is_key and (child in (whole, thing) or (len(child) > len(whole) and child[-len(whole) :] == whole)):
        return "table and key name" if not is_generic(child) else None
    if len(parent) > len(thing) and parent[: len(thing)] == thing and set(parent[len(thing) :]) <= KEYS and child == thing:
        return "table and key name"
    if len(parent) > 1 and len(child) > len(parent) and child[-len(parent) :] == parent and not is_generic(parent):
        return "name ends alike"
    return None
