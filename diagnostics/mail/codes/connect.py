"""Codes for a relay that cannot be reached, or that stops talking (before and beside any SMTP reply)."""

from __future__ import annotations

from diagnostics.finding import Impact
from diagnostics.mail.codes.declare import Fault, reply_code

BOTH_SIDES = "Compare the same host and port from the site and from elsewhere: diagnose the site, step Sending limits."

HOST_UNKNOWN = reply_code(
    "smtp.connect.host_unknown",
    Fault.SITE,
    "The relay's name {subject} does not exist in DNS.",
    meaning="The site cannot find the server that should take its mail: the name is mistyped, or was given up.",
    remedy="Correct the host name of the relay in the mail settings: copy it from the provider's own help page, "
    "without http:// and without spaces.",
    proof="The resolver answered that the name does not exist.",
    follow_up="Resolve the name from another network. Does it exist there, the web host's resolver is at fault "
    "instead.",
)
DNS_FAILED = reply_code(
    "smtp.connect.dns_failed",
    Fault.HOST,
    "The web host's resolver gave no answer for {subject}.",
    meaning="The name of the relay may be right; the server that the site asks for names is out of order.",
    remedy="Ask the web host to repair the resolver (/etc/resolv.conf of the web server). Keep the mail settings "
    "as they are.",
    proof="The look-up ended without an answer (time-out, SERVFAIL, 'Temporary failure in name resolution').",
    follow_up="Let the site resolve another name, and resolve this one from elsewhere.",
    temporary=True,
)
REFUSED = reply_code(
    "smtp.connect.refused",
    Fault.SITE,
    "{subject} refuses the connection.",
    meaning="The address exists, and nothing takes mail on that port; or a firewall of the web host rejects it.",
    remedy="Set the port that the provider names: 587 with TLS, or 465 with SSL. Is the port right already, ask "
    "the web host whether outgoing SMTP is rejected.",
    proof="Connection refused (error 111): an answer came at once, and it was no.",
    follow_up="Open the same port from elsewhere: open there, the web host blocks it; refused there too, the port "
    "is wrong or the relay is down.",
)
TIMEOUT = reply_code(
    "smtp.connect.timeout",
    Fault.HOST,
    "{subject} did not answer in time.",
    meaning="Packets to that port vanish: nearly always a firewall of the web host that filters outgoing SMTP.",
    remedy="Try the relay's other ports: 587, 465, 2525. Is none open from the site, ask the web host to open "
    "port 587, or send through the provider's HTTP API.",
    proof="Connection timed out (error 110): no answer at all.",
    follow_up=BOTH_SIDES,
)
NO_ROUTE = reply_code(
    "smtp.connect.no_route",
    Fault.HOST,
    "The web server has no route to {subject}.",
    meaning="The name leads to an address that this server's network cannot reach, most often IPv6 without IPv6.",
    remedy="Ask the web host to give the server a working IPv6 route or to prefer IPv4 (/etc/gai.conf: precedence "
    "::ffff:0:0/96 100).",
    proof="Network is unreachable (error 101) or No route to host (113).",
    follow_up="Connect once by the relay's IPv4 address and once by its IPv6 address.",
)
PERMISSION = reply_code(
    "smtp.connect.forbidden",
    Fault.HOST,
    "The web server may not open connections to {subject}.",
    meaning="The server's own system forbids PHP to connect out: SELinux, a container's policy, or a disabled "
    "function.",
    remedy="Ask the web host to allow it. On SELinux: setsebool -P httpd_can_network_connect 1 and setsebool -P "
    "httpd_can_sendmail 1.",
    proof="Permission denied (error 13) or Operation not permitted, before a packet left.",
    follow_up="Open the same port from a shell on the same server: open there, a policy for the web server blocks it.",
)
SILENT = reply_code(
    "smtp.connect.silent",
    Fault.ACCOUNT,
    "{subject} takes the connection and then says nothing.",
    meaning="The port is open and no greeting comes: TLS is expected there at once, or the relay holds the line.",
    remedy="In the mail plugin's settings, make encryption and port fit: port 465 belongs to SSL (implicit TLS), "
    "port 587 to TLS (STARTTLS).",
    proof="TCP opened; no 220 greeting within the time allowed.",
    follow_up="Speak TLS to the port at once: does a greeting come, the mode is wrong; does none come, the relay "
    "is stuck.",
    temporary=True,
)
INTERCEPTED = reply_code(
    "smtp.connect.intercepted",
    Fault.HOST,
    "Another server answers in place of {subject}.",
    meaning="The web host redirects outgoing SMTP to its own mail server, which neither knows the account nor has "
    "the relay's certificate.",
    remedy="Use port 2525 or the provider's HTTP API; or ask the web host to lift the redirection (cPanel: WHM, "
    "SMTP Restrictions off).",
    proof="The greeting or the certificate names the web host's server, not the relay.",
    follow_up="Compare greeting and certificate of the same port from the site and from elsewhere.",
)
DROPPED = reply_code(
    "smtp.connect.dropped",
    Fault.HOST,
    "The connection to {subject} broke off in the middle.",
    meaning="Something on the path cuts the conversation: a proxy, an antivirus gateway, a wrong MTU, or a relay "
    "in trouble.",
    remedy="Send on port 465 with SSL instead. Does it go on, ask the web host about gateways and MTU on the path.",
    proof="The connection was lost or reset after it had been opened.",
    follow_up="Send the same mail by another port and from elsewhere: does only the site's own path break, it is "
    "the host.",
    temporary=True,
)
FAILED = reply_code(
    "smtp.connect.failed",
    Fault.UNKNOWN,
    "No connection to {subject} came about; the mailer does not say why.",
    meaning="The mailer's one sentence covers a wrong name, a blocked port, a TLS fault, and in older versions "
    "even a refused log-in.",
    remedy="Press Diagnose on the Aftercare screen: it tries name, port, TLS and log-in one by one. By hand: "
    "check host, port and encryption against the provider's page (587 with TLS, or 465 with SSL).",
    proof="The mailer's own sentence, without a server's reply or a system error in it.",
    follow_up="mail.probe: the same host from site and sidecar on 25, 465, 587, 2525. Both fail: name or relay; "
    "the site only: web host; one port only: port blocked; TCP opens: look at TLS.",
    sure=False,
)
RECIPIENT_HOST = reply_code(
    "smtp.route.unreachable",
    Fault.RECIPIENT,
    "{subject} could not reach the recipient's mail server.",
    meaning="The relay took the mail and could not hand it on: the recipient's server is down or refuses connections.",
    remedy="Check the recipient's domain for typing errors. Is it right, wait: a relay that queues tries again by "
    "itself.",
    follow_up="Connect to the MX of the recipient's domain from another network.",
    temporary=True,
)
EXPIRED = reply_code(
    "smtp.route.expired",
    Fault.RECIPIENT,
    "The mail waited in {subject}'s queue until it expired.",
    meaning="Every try over hours or days was put off; the reason stands in the earlier deferrals, not in this reply.",
    remedy="Read the earlier deferrals in the relay's log, mend the address, DNS record or limit that they name, and "
    "send the mail again.",
    follow_up="Look up the message in the relay's log: the last deferral is the cause.",
    temporary=True,
)
LOOP = reply_code(
    "smtp.route.loop",
    Fault.RECIPIENT,
    "The mail goes in circles: {subject} counts too many hops.",
    meaning="Two servers forward to each other, or a domain's mail server believes itself not responsible.",
    remedy="Remove the forwarding at the recipient that leads back, or make its server the final one for the domain.",
    follow_up="Read the Received headers of the bounce: the names that repeat are the loop.",
)
LOCAL_INSTEAD_OF_MX = reply_code(
    "smtp.route.local_instead_of_mx",
    Fault.HOST,
    "The web server keeps mail for the site's own domain to itself.",
    meaning="The web host believes that it holds the domain's mailboxes, though the domain's MX names another server.",
    remedy="cPanel: Email Routing → choose the domain → Remote Mail Exchanger. Plesk: switch the domain's mail "
    "service off.",
    proof="The web host's own mail server says that the mailbox does not exist, while the domain's MX is elsewhere.",
    follow_up="Compare the domain's MX with the server that answered.",
)
SERVER_TROUBLE = reply_code(
    "smtp.server.trouble",
    Fault.ACCOUNT,
    "{subject} has trouble of its own.",
    meaning="The server says that it cannot do its work now: an error inside it, a full disk, or maintenance.",
    remedy="Wait a few minutes and send the mail again. Does it last longer than an hour, look at the provider's "
    "status page.",
    follow_up="Send one test mail after ten minutes: does it pass, nothing has to be changed.",
    temporary=True,
    impact=Impact.DEGRADED,
)
COMMAND_REFUSED = reply_code(
    "smtp.server.command_refused",
    Fault.UNKNOWN,
    "{subject} does not accept a command of the mailer.",
    meaning="The server and the mailer disagree about the protocol: a command out of order, unknown, or with a "
    "parameter that the server does not know. A proxy on the path can cause it too.",
    remedy="Update the mail plugin. Does it remain, send on port 465 with SSL, where no proxy can change the dialogue.",
    follow_up="Read the dialogue: which command came just before? Compare with the same dialogue from elsewhere.",
)
