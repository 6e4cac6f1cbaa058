"""The body of `POST /v1/analyze`; the answer is a job's (`features/jobs/schemas.py`)."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from voyant_core.model.job import AnalyzeRequest

MOST_WAIT_S = 45.0
KEY_PATTERN = r"^[\x21-\x7e]{1,255}$"


class AnalyzeBody(AnalyzeRequest):
    """One request: from a source to profile, quality, KPIs, charts, narrative, report and manifest."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"source": "https://example.org/orders.csv"},
                {
                    "source": {"type": "upload", "id": "upl_01JD5Z3W8K9N2M4P6Q7R8S9T0V"},
                    "kpis": [{"name": "revenue", "sql": "SELECT sum(price * quantity) FROM orders"}],
                    "wait_s": 10,
                },
            ]
        },
    )

    wait_s: float = Field(default=30.0, ge=0, le=MOST_WAIT_S, description="Seconds to wait for the end; then the answer is `running`.")
    idempotency_key: str | None = Field(
        default=None, pattern=KEY_PATTERN, description="The same key and request give the same job. The header Idempotency-Key does too."
    )

    def request(self) -> AnalyzeRequest:
        """Without what belongs to the call only."""
        return AnalyzeRequest(**{name: getattr(self, name) for name in AnalyzeRequest.model_fields})
