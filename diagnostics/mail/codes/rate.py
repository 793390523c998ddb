"""Codes for limits. Time heals them all, whatever the reply's first digit says."""

from __future__ import annotations

from diagnostics.finding import Impact
from diagnostics.mail.codes.declare import Fault, reply_code

COUNT_IT = "Compare the site's own count per hour and day (mail.history) with the provider's limit."

CONNECTIONS = reply_code(
    "smtp.rate.connections",
    Fault.ACCOUNT,
    "{subject} sees too many connections at once.",
    meaning="The relay limits parallel or rapid connections, and the site opens one for each mail.",
    remedy="Send one after another: switch on the mail plugin's queue, lower a newsletter's batch size.",
    follow_up=COUNT_IT,
    temporary=True,
    impact=Impact.DEGRADED,
)
PER_SECOND = reply_code(
    "smtp.rate.per_second",
    Fault.ACCOUNT,
    "{subject} takes fewer mails a second than the site sends.",
    meaning="Bursts go over the relay's rate; what goes over is refused, not queued.",
    remedy="Send by a queue with a limit below the relay's rate; ask the provider for a higher rate.",
    follow_up=COUNT_IT,
    temporary=True,
    impact=Impact.DEGRADED,
)
PER_MINUTE = reply_code(
    "smtp.rate.per_minute",
    Fault.ACCOUNT,
    "{subject} takes fewer mails a minute than the site sends.",
    meaning="The site sends in bursts; the provider slows it down. Mails in the burst are lost unless something "
    "queues them.",
    remedy="Slow down: at most 30 mails a minute at Microsoft 365; send bulk by a bulk service.",
    follow_up=COUNT_IT,
    temporary=True,
    impact=Impact.DEGRADED,
)
HOURLY = reply_code(
    "smtp.rate.hourly_limit",
    Fault.HOST,
    "The site has used up its mails for this hour at {subject}.",
    meaning="The web host limits mails an hour for each domain. 'Discarded' in the reply means that the mail is lost.",
    remedy="Look for a form that spammers use and stop it; ask the web host to raise the limit; or send through "
    "an outside relay, which the limit does not count.",
    follow_up=COUNT_IT,
    temporary=True,
)
DAILY = reply_code(
    "smtp.rate.daily_limit",
    Fault.ACCOUNT,
    "The site has used up its mails for today at {subject}.",
    meaning="The provider's daily quota is spent. Nothing leaves until it resets; nothing is queued meanwhile.",
    remedy="Wait for the reset (often 24 hours after the first mail), buy more, or move newsletters to a bulk service.",
    follow_up=COUNT_IT,
    temporary=True,
)
QUOTA = reply_code(
    "smtp.rate.limited",
    Fault.ACCOUNT,
    "{subject} takes no more mail from the site for now.",
    meaning="A sending limit is reached; the reply does not say whether it counts by minute, hour or day.",
    remedy="Wait an hour, then send one test mail; compare the site's volume with the provider's published limits.",
    follow_up=COUNT_IT,
    temporary=True,
)
TENANT = reply_code(
    "smtp.rate.tenant_limit",
    Fault.ACCOUNT,
    "The whole organisation has used up its quota at {subject}.",
    meaning="Microsoft counts external recipients for the tenant, by its licences; or it has throttled the tenant.",
    remedy="Exchange admin center → Reports → Tenant outbound external recipients: see who sends. Wait for the "
    "reset, or move bulk mail to a bulk service.",
    temporary=True,
)
