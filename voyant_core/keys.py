"""Slugs and addresses: how tenants, sources and tables are named in asset keys, namespaces, op names and object keys.

A slug is `[a-z0-9]+(_[a-z0-9]+)*`. It never holds two underscores in a row, so `__` joins slugs without ambiguity.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

SLUG = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
LONGEST = 60
MARTS = "marts"
JOINT = "joint"
TABLE_STAGE = "ingest"


def is_slug(text: str) -> bool:
    return len(text) <= LONGEST and SLUG.fullmatch(text) is not None


def slugify(text: str, fallback: str, reserved: frozenset[str] = frozenset()) -> str:
    """`text` as a slug: accents dropped, everything else joined by single underscores, at most 60 characters.

    A name that had to be cut keeps 8 hexadecimal digits of its hash, so that two long names stay apart.
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = "_".join(re.findall(r"[a-z0-9]+", ascii_text)) or fallback
    if len(slug) > LONGEST:
        tail = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        slug = f"{slug[: LONGEST - 9].rstrip('_')}_{tail}"
    return f"{slug}_data" if slug in reserved else slug


@dataclass(frozen=True, slots=True, order=True)
class TableAddress:
    """Where a table lives. Its text form `tenant__source.table` is also its name in SQL catalogs."""

    tenant: str
    source: str
    table: str

    @property
    def namespace(self) -> str:
        return f"{self.tenant}__{self.source}"

    @property
    def op_name(self) -> str:
        return f"{self.tenant}__{self.source}__{self.table}"

    def __str__(self) -> str:
        return f"{self.namespace}.{self.table}"

    def asset_key(self, stage: str = TABLE_STAGE) -> list[str]:
        """`[tenant, source, table]` for the table itself (stage `ingest`), else with the stage's name behind."""
        table_key = [self.tenant, self.source, self.table]
        return table_key if stage == TABLE_STAGE else [*table_key, stage]

    @staticmethod
    def parse(text: str) -> TableAddress:
        """The inverse of `str`. ValueError for anything else."""
        namespace, _, table = text.partition(".")
        tenant, _, source = namespace.partition("__")
        if not all(is_slug(part) for part in (tenant, source, table)):
            raise ValueError(f"not a table address: {text!r}")
        return TableAddress(tenant, source, table)


@dataclass(frozen=True, slots=True)
class JointAddress:
    """Where the stages over several tables live: beside the tables of `source`, under a digest of the tables' addresses."""

    tenant: str
    source: str
    digest: str

    @staticmethod
    def over(tables: Iterable[TableAddress], source: str) -> JointAddress:
        """The order of the tables does not matter. `source` is where the joint assets are shown when the tables have several."""
        addresses = sorted(set(tables))
        text = "\n".join(str(address) for address in addresses)
        return JointAddress(addresses[0].tenant, source, hashlib.sha256(text.encode()).hexdigest()[:12])

    @property
    def op_name(self) -> str:
        return f"{self.tenant}__{self.source}__{JOINT}__{self.digest}"

    def __str__(self) -> str:
        return f"{self.tenant}__{self.source}.{JOINT}.{self.digest}"

    def asset_key(self, stage: str) -> list[str]:
        return [self.tenant, self.source, JOINT, self.digest, stage]
