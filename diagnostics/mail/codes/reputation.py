"""Codes for what receivers think of the sending address, and of the way the mail is authenticated."""

from __future__ import annotations

from diagnostics.finding import Impact
from diagnostics.mail.codes.declare import Fault, reply_code

WHICH_IP = "The address in the reply is the relay's, or the web server's own if it sends directly: compare."
AUTH_TEST = "Send a canary and read SPF, DKIM and DMARC of the copy that arrived."

DEFERRED = reply_code(
    "smtp.reputation.deferred",
    Fault.REPUTATION,
    "{subject} puts the site's mail off because of the sender's reputation.",
    meaning="Volume or complaints look unusual. A relay that queues tries again; PHP itself does not, and the "
    "mail is lost.",
    remedy="Send less at once, stop mail to people who did not ask for it, authenticate with SPF and DKIM; with "
    "PHP mail(), use a relay.",
    follow_up=WHICH_IP,
    temporary=True,
    impact=Impact.DEGRADED,
)
BLOCKED = reply_code(
    "smtp.reputation.blocked",
    Fault.REPUTATION,
    "{subject} has blocked the sending address for good.",
    meaning="Retrying never succeeds: the receiver decided by what came from this address.",
    remedy="In the mail log, find what was sent and stop it: a form that spammers use, a newsletter nobody ordered. "
    "Then ask the receiver's postmaster to lift the block of this address (Yahoo: senders.yahooinc.com).",
    follow_up=WHICH_IP,
)
LISTED = reply_code(
    "smtp.reputation.listed",
    Fault.REPUTATION,
    "{subject} refuses the sending address because a blocklist names it.",
    meaning="A public blocklist holds the sending address. On shared hosts a neighbour may be to blame.",
    remedy="Look up the address at the list that the reply names, stop the cause (a hacked form, a neighbour), "
    "then ask for removal; quicker: send through a relay with clean addresses.",
    follow_up=WHICH_IP + " Spamhaus PBL is normal for home and cloud addresses: it means 'use a relay'.",
)
LISTED_MICROSOFT = reply_code(
    "smtp.reputation.listed_microsoft",
    Fault.REPUTATION,
    "Microsoft's own blocklist holds the sending address.",
    meaning="Outlook.com or Microsoft 365 refuses the address, whatever public lists say.",
    remedy="Ask for removal at sender.office.com (5.7.606 to 5.7.649) or by the sender support form (S3150, "
    "S3140); until then send through another relay.",
    copy="https://sender.office.com",
    follow_up=WHICH_IP,
)
RATE_OF_SPAM = reply_code(
    "smtp.reputation.rate_of_spam",
    Fault.REPUTATION,
    "{subject} sees an unusual rate of unwanted mail from the site.",
    meaning="Gmail slows or refuses a burst: by address, DKIM domain, SPF domain or link; the reply tells which.",
    remedy="Stop the burst (a form that is abused, a newsletter to old addresses) and wait a day.",
    follow_up="Which token does the reply name: IP, DKIM domain, SPF domain or URL?",
    temporary=True,
    impact=Impact.DEGRADED,
)
LOW = reply_code(
    "smtp.reputation.low",
    Fault.REPUTATION,
    "{subject} refuses the mail because of the sender's very low reputation.",
    meaning="The receiver has seen much unwanted mail from this address or domain.",
    remedy="Send through another relay, remove old and bought addresses, stop forms that send to strangers.",
    follow_up="Is it the address or the domain that has the low reputation? A relay mends only the first.",
)
IP_BLOCKED = reply_code(
    "smtp.policy.ip_blocked",
    Fault.REPUTATION,
    "{subject} does not talk to the site's address.",
    meaning="The receiver refuses the connection, or all mail from this address, before it looked at the mail.",
    remedy="Send through a relay, or ask the receiver's postmaster to lift the block; the reply often names the form.",
    follow_up=WHICH_IP,
)
REFUSED = reply_code(
    "smtp.policy.refused",
    Fault.REPUTATION,
    "{subject} refuses the mail by its policy and does not say which.",
    meaning="The receiver's rules forbid this mail. The reply gives no finer reason.",
    remedy="Check SPF, DKIM and DMARC of the sending domain, send a plain test mail; ask the receiver's "
    "postmaster with the reply's text and time.",
    follow_up="Send a plain mail by another relay to the same recipient: does it pass, the sender is refused; "
    "does it not, the recipient has a rule.",
    sure=False,
)
UNAUTHENTICATED = reply_code(
    "smtp.policy.unauthenticated",
    Fault.DNS,
    "{subject} refuses mail that neither SPF nor DKIM vouches for.",
    meaning="The sending domain does not say who may send for it.",
    remedy="Set up DKIM at the relay for the From domain and publish the record that it shows; add the relay to SPF.",
    follow_up=AUTH_TEST,
)
SPF_FAIL = reply_code(
    "smtp.policy.spf_fail",
    Fault.DNS,
    "SPF of the sender's domain forbids the server that sends.",
    meaning="The SPF record names who may send, and the relay (or the web server) is not among them.",
    remedy="Add the relay's include to the one SPF record of the envelope sender's domain, before the all term.",
    follow_up=AUTH_TEST,
)
SPF_SUSPICIOUS = reply_code(
    "smtp.policy.spf_suspicious",
    Fault.DNS,
    "{subject} distrusts the SPF record of the sender's domain.",
    meaning="The record allows too much: +all, or huge ranges.",
    remedy="End the record with ~all or -all and list only servers that really send.",
)
SPF_REQUIRED = reply_code(
    "smtp.policy.spf_required",
    Fault.DNS,
    "{subject} wants SPF to pass for a bulk sender.",
    meaning="At this volume the receiver demands SPF besides DKIM.",
    remedy="Publish SPF for the envelope sender's domain with the relay's include.",
    follow_up=AUTH_TEST,
)
DKIM_FAIL = reply_code(
    "smtp.policy.dkim_fail",
    Fault.DNS,
    "{subject} finds no valid DKIM signature.",
    meaning="The key is missing or wrong in DNS, or something alters the body after signing (a footer, a security "
    "plugin).",
    remedy="Publish the DKIM key that the relay shows; is it there already, find what changes the mail after signing.",
    follow_up=AUTH_TEST,
)
NOT_ALIGNED = reply_code(
    "smtp.policy.not_aligned",
    Fault.DNS,
    "Neither SPF nor DKIM belongs to the From domain.",
    meaning="The mail is authenticated as the relay's domain, not as yours: DMARC does not pass.",
    remedy="Set up domain authentication at the relay, so that it signs with d= your From domain.",
    follow_up=AUTH_TEST,
)
DMARC_REJECT = reply_code(
    "smtp.policy.dmarc_reject",
    Fault.DNS,
    "The sender's own DMARC policy tells {subject} to refuse the mail.",
    meaning="The From domain demands authentication, and this mail has none that fits. Forms that put the "
    "visitor's address in From run into this with every visitor of gmail.com or yahoo.com.",
    remedy="Is From your own domain: set up DKIM for it at the relay. Is it a visitor's: put your own address in "
    "From and the visitor's in Reply-To.",
    follow_up=AUTH_TEST,
)
BULK = reply_code(
    "smtp.policy.bulk_requirements",
    Fault.DNS,
    "{subject} demands SPF, DKIM and DMARC of bulk senders, and one is missing.",
    meaning="Outlook.com checks all three for senders of 5,000 mails a day; the reply ends with the three results.",
    remedy="The reply names them: whichever of Spf=, Dkim=, DMARC= is not Pass is a TXT record to mend at the DNS "
    "host of the From domain. The playbook Poor Email Deliverability, or `diagnose domain` with that domain, "
    "writes the record out.",
    follow_up=AUTH_TEST,
)
DNS_TROUBLE = reply_code(
    "smtp.policy.dns_unavailable",
    Fault.DNS,
    "{subject} could not look up the sender's records.",
    meaning="The receiver got no answer for SPF, DKIM, DMARC or the reverse name; it may work in a minute.",
    remedy="Check that the name servers of the sending domain answer. Do they, send again.",
    temporary=True,
    impact=Impact.DEGRADED,
)
PTR_MISSING = reply_code(
    "smtp.policy.ptr_missing",
    Fault.HOST,
    "The sending address has no proper reverse name.",
    meaning="Receivers demand that the address leads to a name and the name back to the address. Typical where "
    "PHP sends directly from a web server.",
    remedy="Ask the web host to set a PTR record for the server's address that matches its host name; or send "
    "through a relay.",
    follow_up="Look up the PTR of the address in the reply, and the address of that name.",
)
IPV6 = reply_code(
    "smtp.policy.ipv6",
    Fault.HOST,
    "{subject} refuses the mail because it came over IPv6 without what IPv6 needs.",
    meaning="Gmail demands a PTR record and authentication for every mail over IPv6.",
    remedy="Send over IPv4 (Postfix: inet_protocols = ipv4) or set PTR and DKIM for the IPv6 address; or use a relay.",
)
