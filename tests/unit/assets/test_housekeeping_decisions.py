from dataclasses import replace

import pytest

from voyant_assets.housekeeping.deciding import decided, iso
from voyant_assets.housekeeping.lake import kept_snapshots
from voyant_core.keys import TableAddress
from voyant_core.model.housekeeping import Facts, FileFact, JobFact, OpenFact, SourceFact, StageFact, UploadFact, VersionFact
from voyant_core.settings import Retention

DAY, HOUR = 86400.0, 3600.0
NOW = 1_800_000_000.0
NOTHING = Facts(sources=[], uploads=[], versions=[], jobs=[], open_jobs=[], stages=[], landings=[], objects=[], left=[])


def ago(days: float) -> str:
    return iso(NOW - days * DAY)


def source(days, pinned=False, landings=("l1",)):
    return SourceFact("acme", "src_1", "orders", pinned, ago(days), frozenset(landings))


def file(name, hours, tenant=""):
    return FileFact(tenant, name, 10, NOW - hours * HOUR)


def removed(**facts):
    return decided(replace(NOTHING, **facts), Retention(), NOW)


@pytest.mark.parametrize(("days", "pinned", "goes"), [(8, False, True), (6, False, False), (800, True, False)])
def test_a_source_goes_when_nobody_pinned_or_used_it_for_a_week(days, pinned, goes):
    assert bool(removed(sources=[source(days, pinned)]).sources) is goes


def test_a_source_that_an_open_job_reads_stays():
    job = OpenFact("acme", frozenset(["src_1"]), frozenset(), frozenset())
    assert removed(sources=[source(30)], open_jobs=[job]).sources == []


def test_a_landing_stays_while_a_source_a_version_an_upload_or_a_plan_names_it():
    kept = removed(
        sources=[source(30, landings=("whole", "sheet"))],
        versions=[VersionFact("acme", "src_1", "orders", "orders", "7", "versioned", None)],
        uploads=[UploadFact("acme", "upl_1", "uploaded", ago(30))],
        open_jobs=[OpenFact("acme", frozenset(), frozenset(["planned"]), frozenset())],
        landings=[file(name, 100) for name in ("whole", "sheet", "versioned", "uploaded", "planned", "orphan")] + [file("young", 1)],
    )
    assert [landing.name for landing in kept.landings] == ["orphan"]
    # the rows go now; what they named may go when a later look finds nobody that names it
    assert (len(kept.sources), len(kept.uploads)) == (1, 1)


def test_an_object_stays_while_a_stage_or_a_manifest_of_its_tenant_names_it():
    found = removed(
        jobs=[JobFact("acme", "job_1", "run_1", ago(1), "manifest")],
        stages=[StageFact("acme", "k", ago(30), False, frozenset(["profile"]))],
        objects=[file(name, 100, "acme") for name in ("manifest", "profile", "orphan")] + [file("profile", 100, "globex")],
    )
    assert [(o.tenant, o.name) for o in found.objects] == [("acme", "orphan"), ("globex", "profile")]
    assert [stage.reuse_key for stage in found.stages] == ["k"]


def test_a_stage_that_a_job_shows_stays_however_old_it_is():
    assert removed(stages=[StageFact("acme", "k", ago(3000), True, frozenset())]).stages == []


def test_an_old_version_goes_a_month_after_a_newer_one_took_its_place():
    def version(snapshot, superseded):
        return VersionFact("acme", "src_1", "orders", "orders", snapshot, "l", superseded)

    versions = [version("1", ago(31)), version("2", ago(29)), version("3", ago(31)), version("4", None)]
    reads = OpenFact("acme", frozenset(), frozenset(), frozenset([("acme__orders.orders", "3")]))
    gone = removed(versions=versions, open_jobs=[reads]).versions
    assert [v.snapshot_id for v in gone] == ["1"]
    facts = replace(NOTHING, versions=versions, open_jobs=[reads])
    assert kept_snapshots(TableAddress("acme", "orders", "orders"), facts, gone) == {"2", "3", "4"}


def test_jobs_go_after_their_days_and_never_when_these_are_none():
    jobs = [JobFact("acme", "old", None, ago(91), None), JobFact("acme", "new", None, ago(89), None)]
    assert [job.id for job in removed(jobs=jobs).jobs] == ["old"]
    assert decided(replace(NOTHING, jobs=jobs), Retention(job_days=0), NOW).jobs == []
