"""Rules for the little that is left where the words say nothing: enhanced codes of one meaning, log-in codes, and
the steps that PHPMailer's own sentences name. RFC 3463, the IANA registry of enhanced codes, RFC 4954.
"""

from __future__ import annotations

from diagnostics.mail.codes import account, auth, connect, content, rate, recipient, reputation
from diagnostics.mail.rules.rule import rule

# Only what means one thing wherever it is said. 5.7.1, 5.5.0, x.0.0 and 5.1.0 mean anything.
ENHANCED = (
    rule(recipient.NULL_MX, enhanced=r"5\.1\.10", basic=(556,)),
    rule(recipient.UNKNOWN, enhanced=r"5\.1\.(?:1|10)"),
    rule(recipient.UNKNOWN, enhanced=r"5\.4\.1", provider=("microsoft365", "outlook")),
    rule(recipient.DOMAIN_UNKNOWN, enhanced=r"5\.4\.4"),
    rule(recipient.DISABLED, enhanced=r"5\.2\.1"),
    rule(recipient.FULL, enhanced=r"[45]\.2\.2"),
    rule(account.SENDER_REFUSED, enhanced=r"5\.1\.(?:7|8)"),
    rule(connect.SERVER_TROUBLE, enhanced=r"4\.3\.[0-5]|5\.3\.[05]"),
    rule(connect.DROPPED, enhanced=r"4\.4\.2"),
    rule(rate.QUOTA, enhanced=r"4\.7\.(?:12|28)"),
    rule(auth.REJECTED, enhanced=r"5\.7\.8"),
    rule(auth.THROTTLED, enhanced=r"4\.7\.0", basic=(454,), stage=("auth",)),
    rule(auth.NOT_OFFERED, enhanced=r"5\.5\.[14]", stage=("auth",)),
    rule(content.TOO_BIG, enhanced=r"5\.3\.4"),
    rule(content.MALFORMED, enhanced=r"5\.6\.\d{1,2}"),
    rule(reputation.REFUSED, enhanced=r"5\.7\.(?:9|0)", says=r"reject|den(?:y|ied)|refus"),
)

# 535 is said of credentials alone (RFC 4954 §6); 530 asks for log-in or TLS and so tells nothing by itself.
LOGIN = (
    rule(auth.REJECTED, basic=(535,)),
    rule(auth.KEY_REJECTED, http=(401,), stage=("api",)),
)

SENTENCES = (
    rule(auth.FAILED, sentence="authenticate"),
    rule(account.SENDER_REFUSED, sentence="from"),
    rule(recipient.REFUSED, sentence="recipients"),
    rule(content.DATA_REFUSED, sentence="data"),
    rule(connect.FAILED, sentence="connect"),
    rule(
        connect.FAILED,
        r"failed to connect to (?:mail)?server|could not (?:open socket|connect to (?:the )?(?:smtp|"
        r"mail) ?(?:server|host))",
    ),
)

RULES = (*ENHANCED, *LOGIN, *SENTENCES)
