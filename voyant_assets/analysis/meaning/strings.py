"""Meaning of text columns: the way the values are written first, then the name, then how often values repeat. Never a measure."""

from __future__ import annotations

from voyant_assets.analysis.meaning import shapes
from voyant_assets.analysis.meaning.draft import Draft, heads
from voyant_assets.analysis.meaning.facts import Facts
from voyant_assets.analysis.meaning.keys import key_or_group
from voyant_assets.analysis.meaning.words import places
from voyant_assets.analysis.meaning.words.kinds import CALENDAR, ENTITIES, GROUPS, IDENTITY, PROSE

_GROUP_NOUNS = frozenset({"country", "region", "city", "postal_code", "gender", "currency_code", "language"})
_LONG_TEXT, _WORDY = 60.0, 6.0


def _written(facts: Facts) -> Draft | None:
    """What the writing of the values gives away."""
    texts, lower = facts.texts, facts.lower
    found = shapes.contact(texts)
    if found in {"uuid", "hash"}:
        return Draft("identifier", "id", f"written as {found}")
    if found == "json":
        return Draft("text", "json", "written as JSON")
    if found:
        return Draft("identifier", found, f"written like {found} addresses" if found != "phone" else "written like phone numbers")
    if shapes.matches(texts, "point"):
        return Draft("text", "free_text", "pairs of coordinates")
    found = shapes.moment(texts)
    if found:
        kind = "date" if found == "week" else found
        if kind in {"month", "quarter"} and facts.distinct <= 4 and facts.rows_per_value > 3:
            return Draft("dimension", kind, f"a {kind} written out")
        return Draft("time", kind, f"written as {kind.replace('_', ' ')}")
    found = shapes.calendar_words(lower)
    if found:
        return Draft("dimension", found, f"names of a {found}")
    if any(CALENDAR.get(word) in {"year", "date"} for word in facts.name.words) and shapes.matches(texts, "year", 0.75):
        return Draft("time", "year", "mostly years, with words among them")
    return None


def _short(facts: Facts) -> Draft | None:
    """Closed lists: yes/no, gender, scales, places."""
    lower = facts.lower
    if shapes.gender(lower) and (not set(lower) <= {"f", "m", "t"} or facts.name.has("gender", "sex", "mf") or set(lower) >= {"f", "m"}):
        return Draft("dimension", "gender", "male and female")
    if shapes.yes_no(lower):
        return Draft("dimension", "boolean", f"only {lower[0]} and {lower[1]}")
    if (
        len(lower) == 2
        and facts.distinct == 2
        and any(a == f"{no}{b}" for a, b in (lower, lower[::-1]) for no in ("non-", "not ", "no ", "un", "in"))
    ):
        return Draft("dimension", "boolean", "one thing and its opposite")
    return None


def _by_word(facts: Facts, word: str) -> Draft | None:
    """What one word of the name says."""
    share = facts.distinct_share
    if word in GROUPS:
        kind = GROUPS[word]
        if (
            word == "state"
            and facts.distinct <= 12
            and not any(text in places.US_STATES or text in places.US_STATE_CODES for text in facts.lower)
        ):
            return Draft("dimension", "category", "states, but of no country")
        if kind in {"region", "city", "country", "postal_code"}:
            if share > 0.95 and facts.rows >= 10 and kind == "region" and facts.mean_length > 3:
                return Draft("identifier", "name", f"one {word} per row")
            return Draft("dimension", kind, f"named '{word}'")
        if kind == "boolean":
            return Draft("dimension", "boolean" if facts.distinct <= 2 else "category", f"named '{word}'") if share < 0.5 else None
        if share < 0.5 or facts.rows < 10:
            return Draft("dimension", "ordinal" if shapes.scale(facts.lower) else kind, f"named '{word}'")
        return None
    kind = IDENTITY.get(word)
    if kind == "name":
        return _named(facts, word)
    if kind is None and word == "number":
        kind = "code"
    if kind in {"id", "code"}:
        return key_or_group(facts, word, kind)
    if kind is not None and kind == "phone":
        return Draft("identifier", kind, f"named '{word}'")
    if kind in {"url", "ip", "email"}:
        return Draft("identifier", kind, f"named '{word}'") if share > 0.2 else None
    if word in PROSE and (facts.mean_words >= 2.5 or share > 0.5):
        return Draft("text", "free_text", f"named '{word}'")
    if word in ENTITIES:
        if share >= 0.6:
            return Draft("identifier", "name" if _reads_like_a_name(facts) else "code", f"names the {word}")
        return Draft("dimension", "name" if _reads_like_a_name(facts) else "code", f"names the {word}, and many rows share it")
    return None


def _is_figures(facts: Facts) -> bool:
    """Starts with a digit or bracket and holds blanks: `63 (+4)`, `[Ar] 3d1 4s2`."""
    marked = sum(1 for text in facts.texts if not text[0].isalpha() and " " in text)
    return marked >= 0.5 * len(facts.texts)


def _named(facts: Facts, word: str) -> Draft:
    """`…_name`, `title`: of a place, of a group, or of one thing."""
    about = next((GROUPS[w] for w in heads(facts.name) if w in GROUPS), None)
    if about in _GROUP_NOUNS and facts.distinct_share < 0.95:
        return Draft("dimension", about, f"name of a {about}")
    if facts.mean_words >= 12:
        return Draft("text", "free_text", "long texts")
    if facts.distinct_share >= 0.5:
        return Draft("identifier", "name", f"named '{word}', mostly different")
    if about is None and _looks_like_a_code(facts):
        return Draft("dimension", "code", f"named '{word}', written like codes")
    return Draft("dimension", about or "name", f"named '{word}', and many rows share it")


def _reads_like_a_name(facts: Facts) -> bool:
    """Not like a code: blanks inside, or letters alone that are no short run of capitals."""
    names = sum(1 for text in facts.texts if " " in text or (text.isalpha() and (len(text) > 5 or not text.isupper())))
    return names >= 0.5 * len(facts.texts)


def _looks_like_a_code(facts: Facts) -> bool:
    texts = facts.texts
    if any(" " in text for text in texts) or facts.mean_length > 24:
        return False
    digits = sum(1 for text in texts if any(c.isdigit() for c in text))
    upper = sum(1 for text in texts if text.isupper())
    return digits >= 0.8 * len(texts) or (upper >= 0.95 * len(texts) and facts.mean_length <= 5 and facts.distinct > 2)


def _unnamed(facts: Facts) -> Draft:
    """By how often the values repeat and how long they are."""
    share, texts = facts.distinct_share, facts.texts
    if facts.mean_length > _LONG_TEXT or (facts.mean_words >= _WORDY and share > 0.3):
        return Draft("text", "free_text", "long texts")
    if shapes.matches(texts, "colour"):
        return Draft("dimension", "code", "colours")
    if shapes.matches(texts, "quantity", 0.6) and not all(text.isdigit() for text in texts) and facts.distinct > 5:
        return Draft("text", "free_text", "figures written as text", is_guess=True)
    if share > 0.9 and facts.distinct >= 5 and facts.rows >= 5:
        if _looks_like_a_code(facts):
            return Draft("identifier", "code", "codes that never repeat", is_guess=True)
        if facts.mean_words >= 4 or _is_figures(facts):
            return Draft("text", "free_text", "texts that never repeat", is_guess=True)
        return Draft("identifier", "name", "names that hardly repeat", is_guess=True)
    if _looks_like_a_code(facts):
        if share > 0.3 and facts.distinct > 100:
            return Draft("identifier", "code", "codes that seldom repeat", is_guess=True)
        return Draft("dimension", "code", "short codes that repeat", is_guess=True)
    if share > 0.5 and facts.distinct > 50:
        return (
            Draft("text", "free_text", "texts that seldom repeat", is_guess=True)
            if facts.mean_words >= 3
            else Draft("identifier", "name", "names that seldom repeat", is_guess=True)
        )
    return Draft("dimension", "name" if facts.distinct > 100 else "category", f"{facts.distinct} different texts", is_guess=True)


def string_meaning(facts: Facts) -> Draft:
    """Role and semantic type of a text column."""
    found = _written(facts) or _short(facts)
    if found:
        return found
    words = list(heads(facts.name))
    for word in words[:4]:
        found = _by_word(facts, word)
        if found:
            return found
    if shapes.scale(facts.lower):
        return Draft("dimension", "ordinal", "steps of a scale")
    kind = shapes.place(facts.texts, facts.lower)
    if kind:
        return Draft("dimension", kind, f"values are of a {kind.replace('_', ' ')}")
    return _unnamed(facts)
