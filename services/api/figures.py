"""What the lanes did and how late they are, for Prometheus, read from the database when asked."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.alerts import standing
from services.audit.figures import AuditFigures
from services.store import heartbeats
from services.store.contexts import Sql
from services.store.lateness import lateness_of_all

LATELY = timedelta(minutes=5)
"""The window over which lateness is told."""


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


class _Timers(Collector):
    """How late the steps of the last minutes were."""

    def __init__(self, sql: Sql) -> None:
        self._lateness = lateness_of_all(sql, LATELY)

    def collect(self) -> Iterator[Metric]:
        """By quantile, 1 for the worst; nothing where no step was due."""
        fired = GaugeMetricFamily(
            "lianban_timers_fired_lately",
            "Steps fired at live sites within five minutes.",
            self._lateness.fired,
        )
        late = GaugeMetricFamily(
            "lianban_timer_lateness_seconds",
            "From due to fired, within five minutes.",
            labels=("quantile",),
        )
        for quantile, found in (
            ("0.5", self._lateness.p50),
            ("0.99", self._lateness.p99),
            ("1", self._lateness.most),
        ):
            if found is not None:
                late.add_metric((quantile,), found.total_seconds())
        yield from (fired, late)


class _Alerts(Collector):
    """What is wrong now, as the operator is told."""

    def __init__(self, sql: Sql) -> None:
        self._standing = Counter(one.name for one in standing(sql))

    def collect(self) -> Iterator[Metric]:
        """How many by name."""
        found = GaugeMetricFamily("lianban_alerts", "Alerts that stand.", labels=("name",))
        for name, number in sorted(self._standing.items()):
            found.add_metric((name,), number)
        yield found


def lane_figures(sql: Sql) -> bytes:
    """The lanes' figures as Prometheus text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Lanes(sql))
    registry.register(_Timers(sql))
    registry.register(_Alerts(sql))
    registry.register(AuditFigures(sql))
    return generate_latest(registry)
