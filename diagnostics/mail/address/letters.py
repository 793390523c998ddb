"""The words to send to whoever must act: the owner of an address, a provider's support, the keeper of a list."""

from __future__ import annotations

from collections.abc import Sequence


def reverse_name(ip: str, wanted: str, seen: str, domain: str) -> str:
    """To who owns the address: set its PTR."""
    family = "AAAA" if ":" in ip else "A"
    return (
        f"Please set the reverse DNS name (PTR record) of {ip} to {wanted}. At present {seen}. We send mail for "
        f"{domain} from this address, and Gmail, Yahoo and others demand that its PTR leads to a name whose {family} "
        f"record leads back to {ip}. Please tell us when it is done, or which other name you set instead."
    )


def relay_reverse_name(ip: str, seen: str, domain: str, provider: str) -> str:
    """To a provider's support: one of its sending addresses has no name that leads back."""
    return (
        f"To the support of {provider}: mail that we send for {domain} through you leaves by {ip}, "
        f"{seen}. Gmail and others refuse such mail (550 5.7.25). Please mend its PTR and forward record, and let our "
        "mail leave by another address until then."
    )


def helo_name(ip: str, helo: str, wanted: str, domain: str, why: str) -> str:
    """To who keeps the mail server: say a name that exists."""
    return (
        f"The mail server at {ip}, which sends mail for {domain}, calls itself {helo} in HELO: {why}. Please have it "
        f"say a full host name that DNS knows, such as {wanted}, best the same as its PTR record."
    )


def removal(subject: str, lists: Sequence[str], domain: str) -> str:
    """To the keepers of the lists, after the cause was mended."""
    what = f"our domain {subject}" if subject == domain else f"{subject}, which sends mail for {domain},"
    return (
        f"Please remove {what} from {' and '.join(lists)}. The cause was found and stopped: [say what it was, "
        "when it ended, and what was done against it]. If you see more from it, please "
        "tell us at [address]."
    )


def policy_release(ip: str, lists: Sequence[str], domain: str) -> str:
    """To the provider of a line or server: this address does send mail."""
    return (
        f"We run a mail server for {domain} at the static address {ip}. You, or the list's keeper for you, have it in "
        f"{' and '.join(lists)} as an address that sends no mail. Please have it taken out, and set its reverse name."
    )


def relay_removal(ip: str, lists: Sequence[str], domain: str, provider: str) -> str:
    """To a provider's support: one of its addresses is listed."""
    return (
        f"To the support of {provider}: mail that we send for {domain} through you leaves by {ip}, and this address is "
        f"on {' and '.join(lists)}. Please stop the cause and have it removed, and let our mail leave by a clean "
        "address until then."
    )
