"""What the lanes did and how late they are, for Prometheus, read from the database when asked."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.audit.figures import AuditFigures
from services.store import heartbeats
from services.store.contexts import Sql


class _Lanes(Collector):
    """The signs of life of the lanes: `route.celery` is the route lane as run by Celery."""

    def __init__(self, sql: Sql) -> None:
        self._beats = heartbeats.read(sql)

    def collect(self) -> Iterator[Metric]:
        """Rows taken and rounds run, by lane and by who ran it; a healthy broker leaves the pulse nothing."""
        taken = CounterMetricFamily("lianban_lane_taken", "Rows that a lane took.", labels=("lane", "by"))
        rounds = CounterMetricFamily("lianban_lane_rounds", "Rounds of a lane.", labels=("lane", "by"))
        seen = GaugeMetricFamily("lianban_seen_timestamp_seconds", "Last sign of life.", labels=("name",))
        for name, (at, detail) in sorted(self._beats.items()):
            seen.add_metric((name,), at.timestamp())
            lane, _, by = name.partition(".")
            if by:
                taken.add_metric((lane, by), detail.get("taken", 0))
                rounds.add_metric((lane, by), detail.get("runs", 0))
        yield from (taken, rounds, seen)


def lane_figures(sql: Sql) -> bytes:
    """The lanes' figures as Prometheus text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Lanes(sql))
    registry.register(AuditFigures(sql))
    return generate_latest(registry)
