"""Buttons of the usual consent banners, accepting and refusing, by the markup of each one's public source or docs."""

from __future__ import annotations

# banner -> (accept, refuse)
BANNERS: dict[str, tuple[str, str]] = {
    "Complianz": (".cmplz-btn.cmplz-accept", ".cmplz-btn.cmplz-deny"),
    "CookieYes": (".cky-btn-accept", ".cky-btn-reject"),
    "GDPR Cookie Consent": ("#cookie_action_accept_all", "#cookie_action_close_header_reject"),
    "Cookie Notice": ("#cn-accept-cookie", "#cn-refuse-cookie"),
    "Borlabs Cookie": (
        "[data-borlabs-cookie-actions=accept-all]",
        "[data-borlabs-cookie-actions=accept-only-essential]",
    ),
    "Real Cookie Banner": ("[data-rcb-accept-all]", "[data-rcb-reject-all]"),
    "Cookiebot": ("#CybotCookiebotDialogBodyLevelButtonLevelOptinAllowAll", "#CybotCookiebotDialogBodyButtonDecline"),
    "OneTrust": ("#onetrust-accept-btn-handler", "#onetrust-reject-all-handler"),
    "Moove GDPR": (".moove-gdpr-infobar-allow-all", ".moove-gdpr-infobar-reject-btn"),
    "Usercentrics": ("[data-testid=uc-accept-all-button]", "[data-testid=uc-deny-all-button]"),
    "Iubenda": (".iubenda-cs-accept-btn", ".iubenda-cs-reject-btn"),
    "Didomi": ("#didomi-notice-agree-button", "#didomi-notice-disagree-button"),
    "Termly": ("[data-tid=banner-accept]", "[data-tid=banner-decline]"),
    "Cookie Consent": (".cc-window .cc-allow, .cc-window .cc-dismiss", ".cc-window .cc-deny"),
}


def buttons(*, accept: bool) -> list[str]:
    """Selectors of the buttons that accept, or refuse."""
    return [pair[0 if accept else 1] for pair in BANNERS.values()]
