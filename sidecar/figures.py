"""The sidecar's own figures as Prometheus reads them, counted from the store when asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sidecar.runs import engine
from sidecar.store import figures
from sidecar.store.figures import Count

if TYPE_CHECKING:
    from sidecar.services import Services


class Figures(Collector):
    """Gauges over what is kept: retention lowers them, so they are no counters."""

    def __init__(self, services: Services, now: datetime) -> None:
        self.services, self.now = services, now

    def collect(self) -> Iterable[Metric]:
        db = self.services.db
        yield _counted("events_kept", "Events that sites forwarded, by type.", "type", figures.events_by_type(db))
        yield _counted(
            "runs_kept", "Runs, by outcome; by state while they have none.", "outcome", figures.runs_by_outcome(db)
        )
        yield _counted("tickets_open", "Open tickets, by priority.", "priority", figures.open_tickets(db))
        yield _counted("sites", "Sites, by state.", "state", figures.sites_by_state(db))
        yield _counted("messages", "Notifications, by state.", "state", figures.messages(db))
        oldest = figures.oldest_untriaged(db)
        age = (self.now - oldest).total_seconds() if oldest else 0.0
        yield _one("triage_queue_age_seconds", "How long the event that waits longest for its triage has waited.", age)
        yield _one("engine_alive", "1 while playbooks are carried out.", float(engine_alive(self.services)))


def engine_alive(services: Services) -> bool:
    """Whether this process carries out playbooks: the engine is launched and its sweeps were started."""
    return engine.launched() and services.sweeps is not None


def exposition(services: Services, now: datetime) -> str:
    """Every figure as Prometheus text."""
    registry = CollectorRegistry()
    registry.register(Figures(services, now))
    return generate_latest(registry).decode()


def _counted(name: str, about: str, label: str, counts: list[Count]) -> Metric:
    family = GaugeMetricFamily(f"aftercare_{name}", about, labels=[label])
    for count in counts:
        family.add_metric([count.name], count.number)
    return family


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"aftercare_{name}", about, value=value)
