"""A code location whose assets are those named in the home's registry file, as the product's are."""

import json

import dagster as dg

from voyant_core.settings import settings


def named(name: str) -> dg.AssetsDefinition:
    @dg.asset(name=name)
    def asset() -> None:
        pass

    return asset


registry = settings().layout.registry
defs = dg.Definitions(assets=[named(name) for name in (json.loads(registry.read_text()) if registry.exists() else ["first"])])
