"""The auditor's figures for Prometheus."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.audit.findings import DriftKind
from services.audit.record import read_state
from services.store.contexts import Sql
from services.store.transactions import now_of


class AuditFigures(Collector):
    """How much has drifted, how many looks there were, how old the oldest may be."""

    def __init__(self, sql: Sql) -> None:
        self._state = read_state(sql)
        self._now = now_of(sql)

    def collect(self) -> Iterator[Metric]:
        """Orders in drift by kind, none for each of the others; looks at orders; seconds."""
        if self._state is None:
            return
        drift = GaugeMetricFamily("lianban_audit_drift", "Orders that drifted.", labels=("kind",))
        for kind in DriftKind:
            drift.add_metric((str(kind),), self._state.drift.get(kind, 0))
        age = (self._now - self._state.whole_at).total_seconds()
        yield drift
        yield CounterMetricFamily(
            "lianban_audit_streams", "Looks that the auditor took at an order.", value=self._state.looks
        )
        yield GaugeMetricFamily(
            "lianban_audit_oldest_look_seconds", "Every order was looked at since.", value=age
        )
