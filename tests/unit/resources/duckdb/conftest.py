from __future__ import annotations

from collections.abc import Iterator

import pytest
from reading_bed import Bed


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    bed = Bed(tmp_path_factory.mktemp("bed"))
    yield bed
    bed.engine.close()
