"""The warm-up plans of sites, and the sites' own daily counts that they are held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sidecar.store.database import Database

COLUMNS = "id, site_id, target, start, growth, plan_table, begun_on, started_by, started_at, ended_at, ended_by"


@dataclass(frozen=True)
class WarmUp:
    """One row of `warm_ups`."""

    id: int
    site_id: str
    target: int  # mails a day that it is to reach
    start: int  # mails of the first day
    growth: float  # each day's share of the day before
    plan_table: str  # a published plan that it follows; "": it grows from `start`
    begun_on: str  # 2026-11-24
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    ended_by: str | None

    @property
    def first_day(self) -> date:
        return date.fromisoformat(self.begun_on)


@dataclass(frozen=True)
class MailDay:
    """What a site told of its mails of one day (UTC)."""

    day: str
    sent: int
    failed: int
    deferred: int  # of those that failed: with a reply that says "later" (4yz)


def start_warm_up(
    db: Database,
    site_id: str,
    *,
    target: int,
    start: int,
    growth: float,
    begun_on: date,
    by: str,
    now: datetime,
    plan_table: str = "",
) -> None:
    """A plan. Raises Conflict where one is under way, or there is no such site."""
    db.execute(
        """
        INSERT INTO warm_ups (site_id, target, start, growth, plan_table, begun_on, started_by, started_at)
        VALUES (:site, :target, :start, :growth, :plan_table, :begun, :by, :now)""",
        site=site_id,
        target=target,
        start=start,
        growth=growth,
        plan_table=plan_table,
        begun=begun_on.isoformat(),
        by=by,
        now=now,
    )


def end_warm_up(db: Database, site_id: str, by: str, now: datetime) -> bool:
    """The plan is over; False where none was under way."""
    return bool(
        db.execute(
            "UPDATE warm_ups SET ended_at = :now, ended_by = :by WHERE site_id = :site AND ended_at IS NULL",
            site=site_id,
            by=by,
            now=now,
        )
    )


def warm_up_of(db: Database, site_id: str) -> WarmUp | None:
    """The plan that is under way."""
    return db.row_or_none(
        WarmUp,
        f"SELECT {COLUMNS} FROM warm_ups WHERE site_id = :site AND ended_at IS NULL",  # noqa: S608 - a constant
        site=site_id,
    )


def last_warm_up(db: Database, site_id: str) -> WarmUp | None:
    """The newest plan, under way or over."""
    return db.row_or_none(
        WarmUp,
        f"SELECT {COLUMNS} FROM warm_ups WHERE site_id = :site ORDER BY id DESC LIMIT 1",  # noqa: S608 - a constant
        site=site_id,
    )


def warming_up(db: Database) -> set[str]:
    """The sites with a plan under way."""
    return set(db.rows(str, "SELECT site_id FROM warm_ups WHERE ended_at IS NULL"))


# A mail that nothing sent (`mailer` none) left nowhere; our own test mails are mails like others to a receiver.
MAIL_DAYS = """
    SELECT substr(occurred_at, 1, 10) AS day,
           SUM(type = 'mail.sent') AS sent,
           SUM(type = 'mail.failed') AS failed,
           SUM(type = 'mail.failed' AND CAST(data ->> 'basic_code' AS INTEGER) BETWEEN 400 AND 499) AS deferred
      FROM events
     WHERE site_id = :site AND occurred_at >= :since AND occurred_at < :until
       AND (type = 'mail.failed' OR (type = 'mail.sent' AND COALESCE(data ->> 'mailer', '') != 'none'))
     GROUP BY 1 ORDER BY 1"""


def mail_days(db: Database, site_id: str, first: date, last: date) -> list[MailDay]:
    """Each day from *first* to *last*, both of UTC; one on which nothing was told has zeros."""
    rows = db.rows(
        MailDay,
        MAIL_DAYS,
        site=site_id,
        since=first.isoformat(),
        until=(last + timedelta(days=1)).isoformat(),
    )
    told = {row.day: row for row in rows}
    days = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    return [told.get(day, MailDay(day, 0, 0, 0)) for day in days]
