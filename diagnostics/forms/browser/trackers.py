"""Hosts that a test of a form must not reach: an analytics visit or an advertiser's conversion cannot be taken back.

A short list of the big ones, each from its owner's own documentation of what its script loads or reports to (named
beside it). Captchas and fonts are not among them: a form may need those.
"""

from __future__ import annotations

# host, and all below it -> whose it is, and where its owner says so
TRACKERS: dict[str, str] = {
    "google-analytics.com": "Google Analytics (Google: Content Security Policy for Tag Manager)",
    "analytics.google.com": "Google Analytics (the same page)",
    "googletagmanager.com": "Google Tag Manager (the same page)",
    "googleadservices.com": "Google Ads conversions (the same page)",
    "doubleclick.net": "Google Ads (the same page)",
    "googlesyndication.com": "Google AdSense (Google: ad code implementation)",
    "connect.facebook.net": "Meta Pixel (Meta: Pixel, get started)",
    "facebook.com": "Meta Pixel's reports, /tr (the same page)",
    "bat.bing.com": "Microsoft Advertising UET (Microsoft: UET tag, CSP)",
    "clarity.ms": "Microsoft Clarity (Microsoft: Clarity, CSP)",
    "snap.licdn.com": "LinkedIn Insight Tag (LinkedIn: Insight Tag, CSP)",
    "px.ads.linkedin.com": "LinkedIn conversions (the same page)",
    "analytics.tiktok.com": "TikTok Pixel (TikTok: about the Pixel)",
    "static.ads-twitter.com": "X Ads pixel (X: website conversion tracking)",
    "analytics.twitter.com": "X Ads pixel (the same page)",
    "t.co": "X Ads pixel's reports (the same page)",
    "ct.pinterest.com": "Pinterest tag (Pinterest: install the tag)",
    "s.pinimg.com": "Pinterest tag (the same page)",
    "tr.snapchat.com": "Snap Pixel (Snap: install the Pixel)",
    "sc-static.net": "Snap Pixel (the same page)",
    "hotjar.com": "Hotjar (Hotjar: Content Security Policies)",
    "hotjar.io": "Hotjar (the same page)",
    "fullstory.com": "FullStory (FullStory: CSP)",
    "mouseflow.com": "Mouseflow (Mouseflow: CSP)",
    "plausible.io": "Plausible (Plausible: script)",
    "matomo.cloud": "Matomo Cloud (Matomo: tracking code)",
    "mc.yandex.ru": "Yandex Metrica (Yandex: CSP)",
    "segment.io": "Segment (Twilio: Analytics.js)",
    "segment.com": "Segment (the same page)",
    "mixpanel.com": "Mixpanel (Mixpanel: JavaScript SDK)",
    "stats.wp.com": "Jetpack Stats (Automattic: Jetpack Stats)",
    "pixel.wp.com": "Jetpack Stats (the same page)",
    "criteo.com": "Criteo (Criteo: OneTag)",
    "criteo.net": "Criteo (the same page)",
    "taboola.com": "Taboola Pixel (Taboola: installing the pixel)",
    "outbrain.com": "Outbrain Pixel (Outbrain: install the pixel)",
    "hs-analytics.net": "HubSpot analytics (HubSpot: domains of the tracking code)",
    "track.hubspot.com": "HubSpot analytics (the same page)",
}


def whose(host: str) -> str:
    """Whose tracker *host* is; "" where it is none that is known."""
    labels = host.lower().rstrip(".").split(".")
    for at in range(len(labels) - 1):
        if found := TRACKERS.get(".".join(labels[at:])):
            return found
    return ""
