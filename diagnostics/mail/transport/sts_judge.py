"""What MTA-STS comes to for this domain's mail servers, and the file and record that mend it (RFC 8461)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from diagnostics.finding import Code, Finding, RecordChange, UnknownReason
from diagnostics.mail.transport.codes import mta_sts as codes
from diagnostics.mail.transport.facts import listed, record_facts
from diagnostics.mail.transport.hosts import Views, why_refused
from diagnostics.mail.transport.mta_sts import Fetched, STSView
from diagnostics.mail.transport.mx import MailRoute
from diagnostics.mail.transport.policy import SHORT, WEEK, Policy, read_policy, write_policy, write_record
from diagnostics.printable import printable

_REASONS = {each.value: each for each in UnknownReason}


class STSJudge:
    """Judges one domain's MTA-STS. `refused`: the hosts at which senders that obey the policy in force stop."""

    def __init__(self, view: STSView, route: MailRoute, hosts: Views, now: datetime) -> None:
        self.view, self.route, self.hosts, self.now = view, route, hosts, now
        # A name that leads nowhere is a finding of the MX records, and belongs in no policy.
        sound = [host for host in route.hosts if not host.fault]
        self.names = list(dict.fromkeys(host.name for host in sound or route.hosts))
        self.stopped = {name: why for name in self.names if name in hosts and (why := why_refused(hosts[name]))}
        self.proposed = self._proposed()
        # With the proposed record laid over DNS, the file that goes with it is what senders would fetch.
        replaced = view.renewed and view.fetched is not None and view.fetched.text is not None
        self.policy = read_policy(self.proposed.encode()) if replaced else view.policy
        self.policy_fault = None if replaced else view.policy_fault

    @property
    def in_force(self) -> bool:
        """A policy that senders see and must obey."""
        return self.view.announced and self.policy is not None and self.policy.mode == "enforce"

    @property
    def used(self) -> bool:
        """The domain means to use MTA-STS."""
        return bool(self.view.records or self.view.near)

    def refused(self) -> dict[str, str]:
        """Covered hosts that a sender could not verify, with the reason, while the policy is enforced."""
        if not self.in_force or self.policy is None:
            return {}
        return {name: why for name, why in self.stopped.items() if self.policy.covers(name)}

    def findings(self) -> Iterator[Finding]:
        """The cause first: a broken record hides what stands behind it."""
        view = self.view
        if view.trouble:
            yield self._make(codes.POLICY_UNSEEN, why=view.trouble, reason=UnknownReason.UNAVAILABLE)
        elif len(view.records) > 1:
            yield self._bad_record(codes.RECORD_MULTIPLE, view.records)
        elif view.fault:
            yield self._bad_record(codes.RECORD_MALFORMED, (*view.records, *view.near))
        elif not view.announced:
            yield from self._without_record()
        elif self.policy_fault is not None:
            yield self._make(codes.POLICY_MALFORMED, why=self.policy_fault.why, change=self._change(*view.records))
        elif self.policy is not None:
            yield from self._of_policy(self.policy)
        elif view.fetched is not None:
            yield self._unfetched(view.fetched)

    def _bad_record(self, code: Code, found: Sequence[bytes]) -> Finding:
        """A good record is of use only where a good policy stands behind it: else it stops mail, or leads nowhere."""
        change, name = self._change(*found), self.view.name
        if self._serves_a_good_policy():
            advice = (
                f"put this value in their place: {change.value}"
                if len(found) > 1
                else f"put {change.value} in its place"
            )
        else:
            change = dataclasses.replace(change, value="")
            advice = (
                "leave it away until the policy below is served as "
                f"https://mta-sts.{self.view.domain}/.well-known/mta-sts.txt; then publish {write_record(self.now)} at "
                f"{name}"
            )
        return self._make(code, why=self.view.fault, advice=advice, change=change)

    def _serves_a_good_policy(self) -> bool:
        policy = self.view.policy
        return policy is not None and policy.mode != "none" and not self._uncovered(policy) and not self.stopped

    def _without_record(self) -> Iterator[Finding]:
        if self._serves_a_good_policy():
            yield self._make(codes.RECORD_MISSING, change=self._change())
        else:
            yield self._make(codes.NONE)

    def _of_policy(self, policy: Policy) -> Iterator[Finding]:
        uncovered = self._uncovered(policy)
        change = self._change(*self.view.records)
        if policy.mode == "none":
            yield self._make(codes.SWITCHED_OFF)
        elif policy.mode == "testing" and (uncovered or self.stopped):
            yield self._would_fail(uncovered, change)
        elif policy.mode == "testing":
            yield self._make(codes.TESTING, said=listed(self.names))
        elif uncovered:
            yield self._make(codes.MX_MISMATCH, uncovered=listed(uncovered), change=change)
        elif not self.refused():
            yield self._make(codes.SOUND, said=listed(self.names))
        for name, why in self.refused().items():
            facts = {**self._facts(), "domain": self.view.domain, "why": why}
            records = [] if self.view.hosted_at else [change]
            yield codes.HOST_REFUSED.finding(printable(name), facts, records=records)
        if policy.mode != "none" and policy.max_age < SHORT:
            yield self._make(codes.SHORT_LIFE, max_age=policy.max_age)

    def _would_fail(self, uncovered: list[str], change: RecordChange) -> Finding:
        whys = [f"it does not cover {listed(uncovered)}"] if uncovered else []
        whys += [f"{printable(name)} would be refused, {why}" for name, why in self.stopped.items()]
        advice = []
        if uncovered:
            file = f"https://mta-sts.{self.view.domain}/.well-known/mta-sts.txt"
            advice.append(
                f"put the text below as the file {file}, and at the DNS host of {self.view.domain} change the TXT "
                f"record {self.view.name} to {write_record(self.now)}"
            )
        if self.stopped:
            advice.append(
                f"ask the operator of {listed(self.stopped)} for STARTTLS with a certificate of a public authority "
                "that names that host"
            )
        # What the operator has to mend, no record mends.
        records = change if uncovered and not self.stopped else None
        return self._make(codes.TESTING_WOULD_FAIL, why="; ".join(whys), advice=f"{'; '.join(advice)}.", change=records)

    def _unfetched(self, fetched: Fetched) -> Finding:
        if fetched.kind == "unseen":
            reason = _REASONS[fetched.reason]
            return self._make(codes.POLICY_UNSEEN, why=f"{fetched.url}: {fetched.why}", reason=reason)
        host = f"mta-sts.{self.view.domain}"
        if fetched.kind == "host":
            advice = (
                f"At the DNS host of {self.view.domain}, add an A or CNAME record {host} that leads to the web server "
                f"which is to serve the policy, and put the text below there as {fetched.url}."
            )
        elif fetched.kind == "certificate":
            advice = (
                f"At the web host of {host}, install a certificate that is valid for {host} (Let's Encrypt will do)."
            )
        else:
            advice = (
                f"At the web host of {host}, serve the text below as {fetched.url}, as text/plain, with no redirect."
            )
        letter = (
            f"{self.view.domain} announces an MTA-STS policy at {fetched.url}, and it cannot be fetched: {fetched.why}."
            f" Please serve it there with a certificate that is valid for {host}, as text/plain, without a redirect."
        )
        # A file that is only behind a bad certificate may be right as it is.
        file = "" if fetched.kind == "certificate" else self.proposed
        return self._make(
            codes.FETCH_FAILED, why=fetched.why, kind=fetched.kind, advice=advice, letter=letter, file=file
        )

    # -- inside ------------------------------------------------------------

    def _uncovered(self, policy: Policy) -> list[str]:
        return [name for name in self.names if not policy.covers(name)]

    def _proposed(self) -> str:
        """The whole file, mended: every mail server is covered, and what would stop mail is not enforced yet."""
        policy, fault = self.view.policy, self.view.policy_fault
        mode = policy.mode if policy else fault.mode if fault else "testing"
        kept = [each for each in policy.mx if any(_only(each).covers(name) for name in self.names)] if policy else []
        covered = Policy("", tuple(kept), 0)
        more = [name for name in self.names if not covered.covers(name)]
        if mode == "testing" and policy is not None and not self.stopped and not self._uncovered(policy):
            mode = "enforce"  # the next step of one that has proved itself
        elif self.stopped and mode == "enforce":
            mode = "testing"
        age = max(policy.max_age, WEEK) if policy else WEEK
        return write_policy(mode or "testing", [*kept, *more], age)

    def _change(self, *found: bytes) -> RecordChange:
        shown = tuple(printable(each, len(each)) for each in found)
        return RecordChange(self.view.name, "TXT", write_record(self.now), shown)

    def _facts(self) -> dict[str, Any]:
        view, fetched = self.view, self.view.fetched
        text = fetched.text if fetched else None
        return {
            "policy_url": fetched.url if fetched else "",
            "policy": printable(text, 2000) if text is not None else "",
            "mode": self.policy.mode if self.policy else "",
            "mx": [printable(name) for name in self.names],
            "policy_proposed": self.proposed,
            "record_proposed": write_record(self.now),
            "letter": self._letter(),
            "records": record_facts([view.answer]),
        }

    def _letter(self) -> str:
        """For whoever keeps the record, where a CNAME gave it into other hands."""
        at = self.view.hosted_at
        if not at:
            return ""
        return (
            f"You keep the MTA-STS record of {self.view.domain} ({self.view.name} is a CNAME of {at}). Its policy must "
            f"be: {'; '.join(self.proposed.splitlines())}. Please publish it, and raise the id of the record."
        )

    def _make(
        self, code: Code, *, reason: UnknownReason | None = None, change: RecordChange | None = None, **more: Any
    ) -> Finding:
        records = [change] if change and not self.view.hosted_at else []
        return code.finding(self.view.domain, {**self._facts(), **more}, reason=reason, records=records)


def _only(pattern: str) -> Policy:
    return Policy("", (pattern,), 0)
