"""Rules for what the big receivers say of a sender: Gmail, Yahoo, Microsoft, blocklists, and the DNS they ask for."""

from __future__ import annotations

from diagnostics.mail.codes import account, connect, content, recipient, reputation, tls
from diagnostics.mail.rules.rule import rule

TOKENS = (
    rule(reputation.DEFERRED, r"\[tss0?4\]|\bipts04\b|\[ts0[1-3]\]"),
    rule(reputation.BLOCKED, r"\[tss(?:09|11)\]"),
    rule(reputation.LISTED, r"\[bl2[13]\]"),
    rule(content.SPAM, r"\[ph01\]|\bhvu:b\b"),
    rule(reputation.DKIM_FAIL, r"\bau01\b"),
    rule(reputation.LISTED_MICROSOFT, r"\bs31(?:40|50)\b"),
    rule(recipient.UNKNOWN, r"\bofr_?416\b"),
    rule(content.SPAM, r"\bofr_?506\b"),
    rule(reputation.DEFERRED, r"\bofr[_ ]?00[4-6]"),
    rule(reputation.IP_BLOCKED, r"\bofr_?50[1-5]\b"),
    rule(account.SENDER_UNRESOLVABLE, r"unresolvable rfc\.?5321"),
    rule(recipient.DISABLED, r"\b554\.30\b|mailbox (?:is )?disabled"),
    rule(reputation.BULK, enhanced=r"5\.7\.515"),
    rule(reputation.BULK, r"does not meet the required authentication level"),
)

# A refused query is no listing: this stands before every blocklist rule.
REFUSED_QUERIES = (
    rule(
        recipient.DNSBL_MISCONFIGURED,
        r"127\.255\.255\.25\d|open resolver|query refused|returnc/pub|error: ?open.?resolver",
    ),
    rule(
        recipient.DNSBL_MISCONFIGURED,
        r"spamhaus.{0,120}(?:excessive (?:number of )?queries|public resolver|blocked.{0,20}quer)",
    ),
)

AUTHENTICATION = (
    rule(
        reputation.DNS_TROUBLE,
        r"dmarc.{0,40}(?:temp|dns)|(?:spf|dkim|dmarc).{0,40}(?:temp ?error|temporar)|dns (?:temporary )?(?:error|"
        r"failure|timeout)|temporar\w{0,3} .{0,30}(?:dns|lookup).{0,40}(?:spf|dkim|dmarc)",
        unless=r"nxdomain",
    ),
    rule(reputation.DNS_TROUBLE, enhanced=r"4\.7\.26", says=r"dns|temporar", unless=r"rate limited|unauthenticated"),
    rule(
        reputation.DMARC_REJECT,
        r"dmarc",
        unless=r"spf=|hard fail",
    ),
    rule(reputation.DMARC_REJECT, enhanced=r"5\.7\.509"),
    rule(
        reputation.SPF_FAIL,
        r"hard ?fail|spf (?:check )?(?:has )?fail|fails? spf|spf record.{0,60}(?:fail|not allow|does not)|"
        r"rejected.{0,20}by spf|\bspf.{0,30}not (?:authori[sz]ed|permitted|allowed)",
        unless=r"dkim = did not pass|dkim=fail",
    ),
    rule(
        reputation.SPF_FAIL,
        r"not (?:authori[sz]ed|permitted|allowed|designated).{0,60}\bspf|openspf|sender policy framework|"
        r"\bspf: ?fail|why\.html\?.{0,20}spf",
    ),
    rule(
        reputation.SPF_FAIL,
        r"(?:invalid|not (?:a )?valid) ip for sending mail of domain|"
        r"ip.{0,40}is not allowed to send (?:mail )?(?:from|for) (?:domain|<)",
    ),
    rule(reputation.SPF_FAIL, enhanced=r"5\.7\.23"),
    rule(reputation.SPF_SUSPICIOUS, enhanced=r"[45]\.7\.24"),
    rule(reputation.NOT_ALIGNED, r"not aligned|alignment", enhanced=r"[45]\.7\.\d{1,3}"),
    rule(reputation.NOT_ALIGNED, enhanced=r"[45]\.7\.32"),
    rule(
        reputation.UNAUTHENTICATED,
        r"does not have authentication information|fails? to pass authentication checks",
    ),
    rule(
        reputation.UNAUTHENTICATED,
        r"unauthenticated (?:e-?mail|mail|message)|(?:multiple|all) authentication checks failed|"
        r"requires? all senders to authenticate",
    ),
    rule(
        reputation.UNAUTHENTICATED,
        r"(?:spf|dkim).{0,30}(?:did not pass|not pass|missing).{0,80}(?:spf|dkim)|neither spf nor dkim|"
        r"message (?:is )?(?:not|un)authenticated",
    ),
    rule(reputation.UNAUTHENTICATED, r"unauthenticated", enhanced=r"5\.7\.9"),
    rule(reputation.UNAUTHENTICATED, enhanced=r"[45]\.7\.26"),
    rule(
        reputation.SPF_REQUIRED,
        r"spf|gmail|gsmtp|sender",
        enhanced=r"[45]\.7\.27",
        unless=r"does not accept mail|null ?mx",
    ),
    rule(
        reputation.DKIM_FAIL,
        r"dkim.{0,60}(?:fail|not pass|invalid|missing|required|bad|no valid)|(?:no|bad|invalid) dkim",
    ),
    rule(reputation.DKIM_FAIL, r"dkim|gsmtp|google", enhanced=r"[45]\.7\.(?:30|20|21|22)"),
    rule(reputation.IPV6, r"ipv6 sending guidelines|ipv6.{0,60}(?:authentication|ptr|guidelines)"),
    rule(
        reputation.PTR_MISSING,
        r"\bptr\b|reverse[ -]?(?:dns|name|lookup|host)|\brdns\b|rdns_none|ip name lookup failed|"
        r"cannot find your (?:reverse )?hostname",
    ),
    rule(
        reputation.PTR_MISSING,
        r"cannot resolve your (?:host|address)|mismatches client ip|client host rejected: cannot find|"
        r"no (?:dns )?pointer|forward.confirmed",
    ),
    rule(reputation.PTR_MISSING, r"unresolvable relay host name"),
    rule(reputation.PTR_MISSING, enhanced=r"[45]\.7\.25|4\.7\.23"),
)

REPUTATION = (
    rule(content.DUPLICATE_ID, r"same message-?id|duplicate message-?id"),
    rule(
        reputation.RATE_OF_SPAM, r"unusual(?:ly)? (?:high )?rate of (?:unsolicited|email|mail)|rate.{0,40}unsolicited"
    ),
    rule(reputation.RATE_OF_SPAM, enhanced=r"[45]\.7\.28"),
    rule(reputation.LOW, r"(?:ip|domain|sender) ?(?:/ ?domain )?reputation (?:problem|issue)"),
    rule(reputation.LOW, r"(?:very low|low|bad|poor) reputation|reputation (?:is )?(?:very )?(?:low|bad|poor)"),
    rule(
        content.URL_LISTED,
        r"\buribl\b|\bsurbl\b|\bdbl\.spamhaus|dbl\.|multi\.uribl|url(?:s)? (?:in|is|are|contain).{0,60}(?:black|"
        r"block|list|malicious)",
    ),
    rule(
        content.URL_LISTED,
        r"(?:link|url|website|domain) (?:in|found in) (?:the |your )?(?:message|mail|e-?mail|body).{0,40}(?:list|"
        r"block|malicious|spam)",
    ),
    rule(
        reputation.LISTED_MICROSOFT,
        r"\bblock list\b.{0,80}(?:outlook|hotmail|microsoft|live\.com)|banned sending ip|delist@|sender\.office\.com",
    ),
    rule(reputation.LISTED_MICROSOFT, enhanced=r"5\.7\.6(?:0[6-9]|[1-4]\d)"),
    rule(
        reputation.DEFERRED,
        r"temporarily (?:deferred|rate.?limited)|unexpected volume or user complaints|"
        r"deferred due to.{0,40}(?:complaint|volume|reputation)",
    ),
    rule(reputation.DEFERRED, enhanced=r"4\.7\.(?:500|650|8[5-9]\d)"),
    rule(
        reputation.LISTED,
        r"spamhaus|spamcop|barracudacentral|barracudanetworks\.com/reputation|\bsorbs\b|abuseat|\bcbl\b|psbl|"
        r"uceprotect|invaluement|mailspike|\btruncate\.gbudb|dnsbl",
    ),
    rule(
        reputation.LISTED,
        r"\brbl\b|\brbl|black ?list|block ?list|listed (?:at|in|on|by)|blocked using|bloqueado por.{0,20}lista|"
        r"\bcloudmark\b.{0,60}(?:csi|poor|block)",
        unless=r"spam content|url|(?:black|block)list.{0,30}recipient'?s? (?:mailbox|user)",
    ),
    rule(
        reputation.IP_BLOCKED,
        r"your (?:ip|host|network|server|client host).{0,60}(?:blocked|rejected|banned|denied|refused|"
        r"not allowed)|ip (?:address )?.{0,60}(?:is |has been )?(?:blocked|banned)",
    ),
    rule(
        reputation.IP_BLOCKED,
        r"(?:client host|sender ip|connecting ip|client).{0,60}(?:rejected|blocked): ?(?:access denied|blocked|"
        r"local policy|banned)|connections? from .{0,60}(?:refused|denied|rejected|blocked|not accepted)",
    ),
    rule(
        reputation.IP_BLOCKED,
        r"\bblocked\b|\bbanned\b|no (?:smtp )?service (?:here )?for you|access denied|not welcome",
        stage=("greeting", "connect"),
    ),
    rule(
        reputation.IP_BLOCKED,
        r"not (?:currently )?accepting (?:connections|mail from your)|no access from mail server|"
        r"forbidden by your ip|not allowed to connect|refused your ip|client host rejected: abus",
    ),
    rule(reputation.IP_BLOCKED, basic=(521,), stage=("greeting",)),
    rule(
        reputation.IP_BLOCKED,
        r"dynamic (?:ip|address|host)|residential|\bdul\b|dial-?up|generic (?:rdns|reverse|hostname)",
    ),
)

RECEIVERS_TLS = (
    rule(tls.EXPIRED, enhanced=r"[45]\.7\.322"),
    rule(tls.DANE_INVALID, r"\bdane\b|tlsa|dnssec"),
    rule(tls.DANE_INVALID, enhanced=r"[45]\.7\.32[34]"),
    rule(tls.NAME_MISMATCH, enhanced=r"[45]\.7\.325"),
    rule(
        tls.RECIPIENT_LACKS,
        r"(?:remote|destination|recipient)(?:'s)? (?:mail )?server (?:does not|doesn't|must) support (?:tls|"
        r"starttls)|starttls-not-supported",
    ),
    rule(tls.RECIPIENT_REQUIRES, enhanced=r"[45]\.7\.(?:10|321|29)|[45]\.4\.317"),
    rule(
        tls.RECIPIENT_REQUIRES,
        r"(?:requires?|only accepts?|over) (?:a )?(?:tls|secure) (?:connection|encrypt)|"
        r"encryption (?:is )?required (?:by|for) recipient",
    ),
    rule(connect.LOOP, r"lowest numbered mx record points to local host|mail for .{1,120} loops back to myself"),
)

RULES = (*TOKENS, *REFUSED_QUERIES, *AUTHENTICATION, *REPUTATION, *RECEIVERS_TLS)
