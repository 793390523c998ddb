"""Codes of a page that does not come: refused, gone, in maintenance, broken."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

UNSEEN = Code(
    "form.page.unseen",
    Verdict.UNKNOWN,
    "The page {evidence.page} could not be looked at: {evidence.why}.",
    remedy="Open it in a browser that is not logged in. Does it come there, the site's firewall or its host may turn "
    "this sidecar's address away: allow {evidence.agent} there.",
    meaning="Nothing is known of the form on this page. That is no proof that it is sound.",
    proof="The page was asked for once, as a visitor does, and what came is in the evidence.",
    kind=CauseKind.HOST,
    impact=Impact.ONE,
)
REFUSED = Code(
    "form.page.refused",
    Verdict.UNKNOWN,
    "The page {evidence.page} answered {evidence.status} to this look: {evidence.why}.",
    remedy="Open it in a browser that is not logged in. Does a visitor get the same, take the rule away in the "
    "security plugin or at the host's firewall; does the page come, allow {evidence.agent} there.",
    meaning="A firewall or a check for robots stands before the page. Whether it lets visitors through cannot be seen "
    "from here.",
    proof="The answer's status and headers.",
    kind=CauseKind.HOST,
    impact=Impact.ONE,
)
CERTIFICATE = Code(
    "form.page.certificate",
    Verdict.FAIL,
    "Browsers refuse the certificate of {evidence.host} ({evidence.fault}: {evidence.detail}): visitors get a warning "
    "in the place of the page with the form.",
    remedy="At the web host (cPanel: SSL/TLS Status → Run AutoSSL; Plesk: SSL/TLS Certificates), issue a certificate "
    "for {evidence.host} anew and see why the renewal stopped.",
    meaning="Nobody fills in a form behind a warning.",
    proof="The TLS handshake, with the certificate authorities that browsers know.",
    kind=CauseKind.HOST,
)
CIRCLES = Code(
    "form.page.redirects",
    Verdict.FAIL,
    "The page {evidence.page} leads in a circle: {evidence.hops} redirects, and no page at the end.",
    remedy="Make one address the right one, in three places: in wp-admin, Settings → General, both addresses the same "
    "(`https`, with or without `www`); at the host or in .htaccess, one redirect; at a CDN (Cloudflare: SSL/TLS → "
    "Overview) the mode “Full”, not “Flexible”.",
    meaning="Browsers give up with “too many redirects”.",
    proof="Each redirect with its address is in the evidence.",
    kind=CauseKind.SETTINGS,
)
GONE = Code(
    "form.page.gone",
    Verdict.FAIL,
    "The page {evidence.page}, where {evidence.title} stands, is not there for visitors: it answers {evidence.status}.",
    remedy="In wp-admin, Settings → Permalinks, press “Save Changes” once: that writes the rules anew. Is it still "
    "{evidence.status}, look under Pages → All Pages whether the page is published and visible to the public.",
    meaning="The site itself names this page as one that shows the form, and a visitor does not get it.",
    proof="The answer's status.",
    kind=CauseKind.CONTENT,
    impact=Impact.ONE,
)
SERVER_ERROR = Code(
    "form.page.server_error",
    Verdict.FAIL,
    "The page {evidence.page} answers {evidence.status}: the site's code breaks before the form is shown.",
    remedy="Look into the host's PHP error log at this time ({evidence.at}), or in wp-admin under Tools → Site Health. "
    "The first path below wp-content/plugins or wp-content/themes names what broke: deactivate that plugin, or go back "
    "to the version before its last update.",
    meaning="No visitor reaches the form.",
    proof="The answer's status, and WordPress's own words where it had some.",
    kind=CauseKind.CODE,
)
MAINTENANCE = Code(
    "form.page.maintenance",
    Verdict.FAIL,
    "Visitors get a maintenance page in the place of {evidence.page} ({evidence.status}, {evidence.sign}).",
    remedy="Is the work done, take that setting back: {evidence.where}.",
    meaning="Who is logged in often does not see it. Visitors see nothing else.",
    proof="The answer's status, and what the page says of itself.",
    kind=CauseKind.SETTINGS,
)
PASSWORD = Code(
    "form.page.password_asked",
    Verdict.FAIL,
    "The page {evidence.page} asks visitors to log in first ({evidence.sign}).",
    remedy="Is the page meant for everybody, take the password or log-in away: {evidence.where}.",
    meaning="Who has no password does not see the form.",
    proof="The answer's status, where it leads to, or the password form that WordPress puts there.",
    kind=CauseKind.SETTINGS,
)
BROKEN_OFF = Code(
    "form.page.broken_off",
    Verdict.FAIL,
    "The page {evidence.page} stops in the middle: it has no end, and {evidence.lacks} is not in what came.",
    remedy="Look into the host's PHP error log at this time ({evidence.at}): the last plugin or theme file named there "
    "broke while the page was made. Deactivate that plugin or mend that template.",
    meaning="PHP broke after a part of the page was sent: visitors see the beginning only.",
    proof="The body has no `</body>` and no `</html>`; its last words are in the evidence.",
    kind=CauseKind.CODE,
)
CLOCK = Code(
    "form.page.clock",
    Verdict.WARN,
    "The site's server says it is {evidence.said}; that is {evidence.off} {evidence.way}.",
    remedy="Ask the host to set the server's clock by NTP (`timedatectl set-ntp true`).",
    meaning="Nonces, sessions, certificates and time traps against robots go by the clock: forms refuse entries of "
    "people, and mails get a wrong date.",
    proof="The Date header of a page that no cache gave, against this sidecar's own clock.",
    kind=CauseKind.HOST,
    impact=Impact.DEGRADED,
)

CODES = (
    UNSEEN,
    REFUSED,
    CERTIFICATE,
    CIRCLES,
    GONE,
    SERVER_ERROR,
    MAINTENANCE,
    PASSWORD,
    BROKEN_OFF,
    CLOCK,
)
