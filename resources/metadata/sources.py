"""Sources, uploads and table versions of one tenant."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa

from resources.metadata.database import repeatable
from resources.metadata.schema import landing, source, table_version
from resources.metadata.scope import TenantScope
from voyant_core import clock, errors, ids
from voyant_core.hints import Hint
from voyant_core.keys import slugify
from voyant_core.model.kpi import KpiRequest
from voyant_core.model.source import FoundTable, Landing, ProbeResult, SourceRecord, SourceType
from voyant_core.model.table import TableInfo, TableSnapshot


class SourceRepository(TenantScope):
    @repeatable
    def register(self, kind: SourceType, uri: str, title: str, probe: ProbeResult, *, pinned: bool) -> SourceRecord:
        """The source with this URI, created or brought up to date with what the probe found. Pinning is never taken back here."""
        now = clock.now()
        found = {
            "tables": [table.model_dump(mode="json") for table in probe.tables],
            "landing": probe.landing.model_dump(mode="json"),
            "updated_at": now,
        }
        uri_sha256 = _uri_sha256(uri)
        same = source.c.uri_sha256 == uri_sha256
        with self.database.write() as connection:
            self.database.serialize(connection, f"sources of {self.tenant}")  # for the free slug
            row = connection.execute(self.select(source).where(same)).mappings().first()
            if row is None:
                values = {
                    "id": ids.new_source_id(),
                    "slug": self._free_slug(connection, title),
                    "type": str(kind),
                    "uri": uri,
                    "uri_sha256": uri_sha256,
                    "title": title,
                }
                connection.execute(self.insert(source, **values, **found, pinned=pinned, created_at=now))
            else:
                change = self.update(source).where(source.c.id == row["id"])
                connection.execute(change.values(**found, title=title, pinned=row["pinned"] or pinned))
            row = connection.execute(self.select(source).where(same)).mappings().one()
        return _source_record(row)

    def slug_for(self, uri: str, title: str) -> str:
        """The slug that `register` would give now."""
        with self.database.read() as connection:
            known = connection.execute(self.select(source, source.c.slug).where(source.c.uri_sha256 == _uri_sha256(uri))).scalar()
            return known or self._free_slug(connection, title)

    @repeatable
    def keep(self, source_id: str, kpis: Sequence[KpiRequest], table_groups: Sequence[Sequence[str]]) -> None:
        """What later runs over the source do without being asked, in place of what was kept before."""
        values = {"kpis": [kpi.model_dump(mode="json") for kpi in kpis], "table_groups": [list(group) for group in table_groups]}
        with self.database.write() as connection:
            connection.execute(self.update(source).where(source.c.id == source_id).values(**values))

    def _free_slug(self, connection: sa.Connection, title: str) -> str:
        slug = slugify(title, "source", frozenset({"marts", "joint"}))
        taken = set(connection.execute(self.select(source, source.c.slug)).scalars())
        return next(name for name in (slug, *(f"{slug}_{n}" for n in range(2, len(taken) + 3))) if name not in taken)

    def get(self, source_id: str) -> SourceRecord:
        with self.database.read() as connection:
            row = connection.execute(self.select(source).where(source.c.id == source_id)).mappings().first()
        if row is None:
            raise errors.VoyantError(
                errors.SOURCE_NOT_FOUND,
                f"There is no source {source_id[:80]!r}.",
                hint=Hint.SOURCES,
            )
        return _source_record(row)

    def named(self, slug: str) -> SourceRecord:
        with self.database.read() as connection:
            row = connection.execute(self.select(source).where(source.c.slug == slug)).mappings().first()
        if row is None:
            raise errors.VoyantError(errors.SOURCE_NOT_FOUND, f"The source {slug} is not registered any more.")
        return _source_record(row)

    def page(self, limit: int, cursor: str | None) -> tuple[list[SourceRecord], str | None]:
        """Newest first."""
        with self.database.read() as connection:
            rows, following = self.newest(connection, self.select(source), source.c.id, limit, cursor)
        return [_source_record(row) for row in rows], following

    @repeatable
    def remove(self, source_id: str) -> SourceRecord:
        record = self.get(source_id)
        with self.database.write() as connection:
            connection.execute(self.delete(table_version).where(table_version.c.source_id == source_id))
            connection.execute(self.delete(source).where(source.c.id == source_id))
        return record

    @repeatable
    def add_upload(self, landed: Landing) -> str:
        upload_id = f"upl_{ids.ulid()}"
        with self.database.write() as connection:
            connection.execute(self.insert(landing, id=upload_id, created_at=clock.now(), **landed.model_dump()))
        return upload_id

    def upload(self, upload_id: str) -> Landing:
        with self.database.read() as connection:
            row = connection.execute(self.select(landing).where(landing.c.id == upload_id)).mappings().first()
        if row is None:
            raise errors.VoyantError(errors.FILE_NOT_FOUND, f"There is no upload {upload_id[:80]!r}.", hint=Hint.UPLOAD)
        return Landing(sha256=row["sha256"], size_bytes=row["size_bytes"], file_name=row["file_name"])

    @repeatable
    def add_version(self, source_id: str, snapshot: TableSnapshot, found: FoundTable) -> None:
        with self.database.write() as connection:
            self.insert_once(
                connection,
                table_version,
                source_id=source_id,
                table_name=snapshot.address.table,
                snapshot_id=snapshot.snapshot_id,
                source=snapshot.address.source,
                content_version=snapshot.content_version,
                rows=snapshot.rows,
                size_bytes=snapshot.size_bytes,
                columns=[column.model_dump() for column in snapshot.columns],
                landing_sha256=snapshot.landing_sha256,
                found=found.model_dump(mode="json"),
                created_at=clock.now(),
            )

    def version_found(self, source_id: str, table: str, snapshot_id: str) -> FoundTable | None:
        """How this version was read; more exact than the probe's sample."""
        query = self.select(table_version, table_version.c.found).filter_by(source_id=source_id, table_name=table, snapshot_id=snapshot_id)
        with self.database.read() as connection:
            document = connection.execute(query).scalar()
        return None if document is None else FoundTable.model_validate(document)

    def tables(self, source_id: str | None = None) -> list[TableInfo]:
        """The newest version of every table, by address."""
        query = self.select(table_version).order_by(table_version.c.created_at, table_version.c.snapshot_id)
        if source_id is not None:
            query = query.where(table_version.c.source_id == source_id)
        with self.database.read() as connection:
            rows = connection.execute(query).mappings().all()
        newest = {(row["source_id"], row["table_name"]): row for row in rows}
        return sorted((_table_info(row) for row in newest.values()), key=lambda info: info.table)


def _uri_sha256(uri: str) -> str:
    return hashlib.sha256(uri.encode("utf-8", "surrogatepass")).hexdigest()


def _source_record(row: sa.RowMapping) -> SourceRecord:
    return SourceRecord.model_validate({column.name: row[column.name] for column in source.c if column is not source.c.uri_sha256})


def _table_info(row: sa.RowMapping) -> TableInfo:
    return TableInfo(
        table=f"{row['tenant']}__{row['source']}.{row['table_name']}",
        source_id=row["source_id"],
        source=row["source"],
        name=row["table_name"],
        rows=row["rows"],
        size_bytes=row["size_bytes"],
        snapshot_id=row["snapshot_id"],
        content_version=row["content_version"],
        landing_sha256=row["landing_sha256"],
        columns=row["columns"],
        notes=row["found"]["read"]["notes"],
        updated_at=row["created_at"],
    )
