"""Rules for words that many servers share about limits, the message, their own trouble, and their policy."""

from __future__ import annotations

from diagnostics.mail.codes import connect, content, rate, reputation
from diagnostics.mail.rules.rule import rule

# RFC 5321 §4.5.3.1.6: 1,000 octets a line. "Line limit exceeded" is no sending limit and no matter of size.
LINES = (rule(content.MALFORMED, r"line (?:limit|length|too long)|lines? (?:is |are )?(?:too|longer)|maximum line"),)

SIZES = (rule(content.TOO_BIG, r"size limit exceeded|message is larger than"),)

LIMITS = (
    rule(
        rate.CONNECTIONS,
        r"too many (?:concurrent |simultaneous |parallel )?(?:smtp )?(?:connections|sessions)|"
        r"concurrent (?:connections?|sessions?)|connection (?:rate|count|frequency) limit|"
        r"maximum.{0,20}connections|too many.{0,20}from your (?:ip|host)",
    ),
    rule(rate.PER_SECOND, r"(?:messages|mails|e-?mails|requests) per second|rate limit.{0,20}second"),
    rule(rate.PER_MINUTE, r"(?:messages|mails|e-?mails|recipients) per minute|per.?minute.{0,20}(?:limit|exceed)"),
    rule(
        rate.DAILY,
        r"(?:daily|24[- ]hour|per day|24 ?h\b).{0,60}(?:limit|quota|exceed|reached)|(?:limit|quota|"
        r"exceed\w{0,5}).{0,60}(?:daily|24[- ]?hours?|per day|today)|tageslimit|limite (?:quotidienne|journaliere|"
        r"diari)",
    ),
    rule(
        rate.HOURLY,
        r"(?:hourly|per hour|an hour|60 minutes).{0,60}(?:limit|quota|exceed|reached)|(?:limit|quota|exceed\w{0,5}|"
        r"too many).{0,60}(?:hourly|per hour|an hour|60 minutes|this hour)|stundenlimit|pro stunde",
    ),
    rule(
        rate.QUOTA,
        r"(?:sending|message|mail|outgoing|smtp|submission|send|account) (?:rate |quota |volume )?(?:limit|"
        r"quota)(?: \S{1,20})? (?:has been )?(?:exceeded|reached)|(?:exceeded|reached|over) (?:the |"
        r"your )?(?:\S{1,20} )?(?:sending|message|mail|outgoing|smtp|rate|send) (?:rate )?(?:limit|quota)|"
        r"rate ?limit(?:ed)?|too much mail|too many (?:messages|mails|e-?mails|recipients|requests)|"
        r"sending too (?:fast|much|many)|throttl|slow down|limit exceeded|policy rejection on volume",
    ),
    rule(rate.QUOTA, http=(429,)),
)

CONTENT = (
    rule(content.ATTACHMENT, r"not accepting mail with attachments"),
    rule(content.SPAM, r"virus or spam|spam or virus"),
    rule(content.URL_LISTED, r"black ?listed url|url black ?listed"),
    rule(content.MALFORMED, r"unsupported mime|improper use of 8-bit data|no date header"),
    rule(
        content.TOO_BIG,
        r"(?:message|mail|e-?mail|content|attachment|data|length)(?: \S{1,20})? (?:is )?(?:too (?:big|large|long)|"
        r"(?:size |length )?exceeds?)|(?:size|length).{0,20}(?:exceed|limit|too)|too (?:big|large)\b|"
        r"recipsizelimit|nachricht ist zu gro|message trop (?:gros|volumineux)|mensaje.{0,20}(?:grande|tamano)",
        unless=r"line|per hour|rate",
    ),
    rule(content.TOO_BIG, enhanced=r"5\.3\.4|5\.2\.3"),
    rule(
        content.ATTACHMENT,
        r"virus|malware|trojan|potential security issue|(?:attachment|file ?type|executable|"
        r"extension).{0,40}(?:block|not allowed|reject|forbidden|prohibit|danger)|banned (?:file|content|"
        r"attachment|name)|blockedmessage|clamav|infected",
    ),
    rule(
        content.UTF8,
        r"smtputf8|non-ascii address|internationali[sz]ed (?:address|e-?mail)|utf-?8.{0,30}(?:address|not supported)",
    ),
    rule(content.UTF8, enhanced=r"5\.6\.7"),
    rule(
        content.MALFORMED,
        r"rfc ?-?(?:5322|2822|5321|2821)|rfc[ -]822|multiple addresses in from|(?:missing|duplicate|invalid|"
        r"malformed|bad|multiple|no) (?:\S{1,20} )?header|header.{0,40}(?:missing|malformed|invalid|duplicate|"
        r"syntax|not (?:compliant|accepted))|bare (?:lf|cr|linefeed)|malformed (?:message|mime|address|e-?mail)|"
        r"missing (?:from|date|message-?id)|incorrectly constructed|mime (?:error|structure)|protocol violation|"
        r"invalid mime",
    ),
    rule(content.MALFORMED, enhanced=r"5\.7\.512|5\.1\.20|5\.6\.(?:0|211)"),
    rule(
        content.SPAM,
        r"spam|\bube\b|\buce\b|unsolicited|junk|bulk ?mail|content (?:was )?(?:rejected|refused|filter|"
        r"not accepted)|message content|looks like|phish|mail rejet[e]|mail rejected\. ?ofr|scored|"
        r"suspicious (?:content|due)|high.?probability|spam-?assassin|rspamd",
        unless=r"postmaster@.{0,40}spam only|spam.{0,20}(?:list|haus|cop)|low reputation|ip (?:address )?(?:is|has)",
    ),
)

SERVERS = (
    rule(connect.EXPIRED, r"allowed queue period|not be delivered for more than|message timed out"),
    rule(connect.LOOP, r"message looping"),
    rule(
        connect.RECIPIENT_HOST,
        r"dns records for the destination|could not connect and send the mail|recipient's server did not respond",
    ),
    rule(
        connect.EXPIRED,
        r"(?:queue|message|mail|delivery|envelope)(?: \w{1,10})? (?:time ?)?(?:expired|too long)|"
        r"retry time(?:out)? (?:exceeded|not reached)|giving up|(?:delivery|delivering).{0,30}(?:timed out|"
        r"aborted after)|could not be delivered for \d{1,9}|message will be deleted from queue|"
        r"all hosts.{0,60}failing for a long time|been in the queue too long|could not deliver for the last",
        unless=r"giving up on",
    ),
    rule(connect.EXPIRED, enhanced=r"[45]\.4\.7|[45]\.4\.316"),
    rule(
        connect.LOOP,
        r"too many hops|hop count exceeded|mail (?:forwarding )?loop|loops? back to|routing loop|mail loop|"
        r"loop detected|lowest numbered mx record points to local host|excessive.{0,20}received",
    ),
    rule(connect.LOOP, enhanced=r"[45]\.4\.(?:6|14)"),
    rule(
        connect.RECIPIENT_HOST,
        r"recipient server did not accept our requests|network error on destination|destination.{0,30}unreachable|"
        r"unable to connect to (?:the )?(?:remote|recipient|destination)|remote (?:host|server) (?:is )?(?:down|"
        r"not responding|unreachable)|no (?:answer|response) from host|host is unreachable|"
        r"deferred: (?:connection (?:refused|timed out|reset)|no route|host down)",
    ),
    rule(connect.RECIPIENT_HOST, enhanced=r"4\.4\.[14]|5\.4\.312"),
    rule(
        connect.SERVER_TROUBLE,
        r"insufficient (?:system|disk|storage)|(?:out of|no) (?:disk )?(?:space|memory)|disk full|"
        r"local (?:problem|error|configuration error|policy server)|internal (?:server |system )?error|(?:system|"
        r"service|server)(?: is)?(?: currently| temporarily)? (?:not available|unavailable|busy|shutting down|"
        r"overloaded|down|error)|temporar(?:y|ily) (?:system|local|server|internal|unavailable|failure|lookup)|"
        r"(?:unable|failed) to (?:contact|connect to|reach) (?:ldap|database|backend|directory)|try again later|"
        r"maintenance|resources? (?:temporarily|exceeded)|configuration error|server error|please retry|"
        r"recipient error\. please try again|command died|unable to (?:queue|open|write)|i/o error|"
        r"mail system (?:full|error)|queue file write error|local delivery failed|problem(?:s)? (?:on|"
        r"with) (?:our|the) server",
        unless=r"blocked using|client host|\[[0-9.]{7,15}\] blocked|rate|too many",
    ),
    rule(connect.SERVER_TROUBLE, http=(500, 502, 503, 504)),
    rule(
        connect.COMMAND_REFUSED,
        r"command (?:not (?:recogni[sz]ed|implemented|allowed)|unrecogni[sz]ed|unknown|parameter not)|"
        r"unrecogni[sz]ed command|syntax error|bad (?:sequence|command)|parameter not implemented|"
        r"parameters? (?:not recogni[sz]ed|unrecogni[sz]ed)|pipelining|out of sequence|synchroni[sz]ation error|"
        r"nested mail|unimplemented",
        unless=r"recipient|address",
    ),
)

POLICY = (
    rule(
        reputation.REFUSED,
        r"polic(?:y|ies)|security (?:reasons|policy)|administrative (?:prohibition|rule)|message not allowed|"
        r"(?:access|permission|mail|message|delivery|connection|transaction) (?:is |was |has been )?(?:denied|"
        r"rejected|refused|not (?:allowed|permitted|authori[sz]ed))|refused by|rejected",
        enhanced=r"5\.7\.\d{1,3}",
    ),
    rule(
        reputation.REFUSED,
        r"(?:for|by|due to|violat\w{1,5}|against) (?:our |local |site |a |the |content |recipient |server |"
        r"security )?(?:policy|policies)|policy (?:reasons|violation|rejection|restriction)|denied by policy|"
        r"message not allowed|administrative(?:ly)? (?:prohibit|den)",
    ),
    rule(reputation.IP_BLOCKED, r"blocked|blacklisted|banned", enhanced=r"5\.7\.\d{1,3}|"),
)

RULES = (*LINES, *SIZES, *LIMITS, *CONTENT, *SERVERS, *POLICY)
