"""Rules for what PHP, its TLS library and the mailer say before any server was asked, or cut off from it."""

from __future__ import annotations

from diagnostics.mail.codes import connect, site, tls
from diagnostics.mail.rules.rule import rule

TEMPLATES = (
    rule(site.INVALID_FROM, r"invalid address: +\(from\)|invalid address:.{0,20}\bwordpress@|\(from\): "),
    rule(site.INVALID_FROM, r"(?:ungultig|non valide|no valida|non valido|ongeldig|invalido)[^a-z]{1,4}\(from\)"),
    rule(site.EMPTY_BODY, sentence="empty"),
    rule(site.NO_RECIPIENT, sentence="provide"),
    rule(site.NO_RECIPIENT, r"no recipients? (?:defined|specified|given|set)|to field is (?:empty|required)"),
    rule(site.INVALID_RECIPIENT, sentence="address"),
    rule(site.INVALID_RECIPIENT, r"does not comply with (?:addr-spec of )?rfc 2822|invalid_to_address"),
    rule(site.ATTACHMENT_MISSING, r"could not (?:access|open) file|file error: could not open|unable to attach"),
    rule(site.ATTACHMENT_MISSING, r"zugriff auf folgende datei fehlgeschlagen|impossible d'acceder au fichier"),
    rule(site.ATTACHMENT_MISSING, r"imposible acceder al archivo|impossibile accedere al file"),
    rule(
        site.EXTENSION_MISSING, r"extension missing: ?\w|missing (?:the )?openssl|openssl (?:extension )?(?:is )?not "
    ),
    rule(site.EXTENSION_MISSING, r"unable to find the (?:socket|wrapper) transport|fehlende erweiterung: ?\w"),
    rule(site.EXTENSION_MISSING, r"stream_socket_client\(\) has been disabled|call to undefined function openssl"),
    rule(
        site.MAILER_MISSING, r"could not execute: ?/?\S{0,60}sendmail|sendmail: (?:not found|no such file|command not)"
    ),
    rule(
        site.MAILER_MISSING,
        r"mail\(\) has been disabled|mail function (?:is )?(?:has been )?disabled|sh: 1?:? ?/\S{0,40}mail",
    ),
    rule(site.MAILER_MISSING, r"undefined function \S{0,40}\bmail\(\)|could not open(?: sendmail)? pipe"),
    rule(site.MAILER_MISSING, sentence="instantiate"),
    rule(
        site.MAILER_CRASHED,
        r"mailer is not (?:set up|configured|complete)|please (?:select|complete|finish).{0,40}mailer|(?:api key|"
        r"domain name|client id) (?:is )?(?:missing|required|not set|empty)|"
        r"no (?:active )?connection (?:is )?(?:found|set up)|default connection.{0,40}not (?:found|configured)|"
        r"\binvalid host(?:entry)?: ",
    ),
)

# The order of a TLS fault: its reason first, "crypto" alone last.
ENCRYPTION = (
    rule(
        tls.EXPIRED,
        r"certificate (?:has |is )?expired|certificate is (?:out of date|no longer valid)|error 10\b.{0,20}expired",
    ),
    rule(
        tls.NAME_MISMATCH,
        r"did not match expected (?:cn|peer)|peer certificate cn=|hostname mismatch|subject ?alt.{0,30}not match",
    ),
    rule(
        tls.NAME_MISMATCH,
        r"certificate (?:name|host).{0,30}(?:mismatch|does not match|doesn't match)|no alternative certificate",
    ),
    rule(tls.NAME_MISMATCH, r"name mismatch", stage=("tls",)),
    rule(
        tls.UNTRUSTED,
        r"certificate verify failed|self[- ]signed certificate|unable to (?:get local issuer|verify the first)",
    ),
    rule(
        tls.UNTRUSTED,
        r"unknown ca\b|certificate (?:signed by )?(?:unknown|untrusted)|"
        r"could not (?:be )?verif\w{1,4}.{0,30}certificate",
    ),
    rule(
        tls.UNTRUSTED,
        r"failed loading cafile|error setting certificate (?:verify|file)|unable to get (?:local )?issuer",
    ),
    rule(
        tls.WRONG_MODE,
        r"wrong version number|unknown protocol|http request\b.{0,40}ssl|record layer failure|packet length too long",
    ),
    rule(tls.WRONG_MODE, r"(?:ssl|tls).{0,40}(?:plain ?text|not ssl)|ssl3_get_record:wrong|tls_validate_record_header"),
    rule(
        tls.VERSION,
        r"no protocols available|unsupported protocol|no shared cipher|no ciphers available|handshake failure|"
        r"protocol version|tlsv1 alert|inappropriate fallback|dh key too small|ee key too small|version too low|"
        r"legacy sigalg",
    ),
    rule(tls.WRONG_MODE, r"454 [^.]{0,20}tls already (?:active|started)|tls already active"),
    rule(
        tls.NOT_OFFERED,
        r"starttls (?:is )?(?:not|un)[ -]?(?:supported|offered|available|advertised)|does not support starttls",
    ),
    rule(
        tls.NOT_OFFERED,
        r"tls not available|starttls extension not|must support starttls|tls (?:is )?not supported by (?:the )?server",
    ),
    rule(tls.NOT_OFFERED, r"starttls command failed", basic=(500, 501, 502, 503, 504, 554, 530)),
    rule(tls.NOT_OFFERED, basic=(454, 500, 501, 502, 503, 504), stage=("tls",)),
    rule(
        tls.HANDSHAKE,
        r"failed to enable crypto|ssl operation failed|enable_crypto\(\)|starttls failed|tls (?:handshake|"
        r"negotiation) failed",
    ),
    rule(
        tls.HANDSHAKE,
        r"unable to start tls|could not (?:start|negotiate) tls|ssl: (?:handshake|connection)|starttls command failed",
    ),
)

NAMES = (
    rule(
        connect.DNS_FAILED,
        r"temporary failure in name resolution|resolving timed out|(?:name|dns)(?: lookup|"
        r" resolution)?.{0,20}servfail|temporarer fehler bei der namensauflosung|"
        r"echec temporaire dans la resolution|fallo temporal en la resolucion|getaddrinfo.{0,60}(?:timed out|"
        r"again)|dns server (?:failure|returned)",
    ),
    rule(
        connect.HOST_UNKNOWN,
        r"getaddrinfo|name or service not known|nodename nor servname|no address associated with hostname|"
        r"no such host is known|could not resolve host|host name (?:could not be|cannot be) resolved|"
        r"unable to resolve (?:host|the)|der name oder der dienst ist nicht bekannt|nom ou service inconnu|"
        r"nombre o servicio desconocido|hostname (?:could not be|not) (?:found|resolved)",
        unless=r"type=(?:mx|a|aaaa)|in reply to|(?:sender|helo|recipient) ",
    ),
)

SOCKETS = (
    rule(
        connect.REFUSED,
        r"connection refused|\b(?:111|10061)\b.{0,20}refused|connexion refusee|conexion rehusada|connessione rifiutata",
    ),
    rule(
        connect.REFUSED,
        r"verbindung(?:saufbau)? (?:wurde )?(?:abgelehnt|verweigert)|polaczenie odrzucone|verbinding geweigerd",
    ),
    rule(connect.REFUSED, r"conexao recusada|接続を拒否|в соединении отказано|actively refused"),
    rule(
        connect.NO_ROUTE,
        r"network is unreachable|no route to host|host is unreachable|das netzwerk ist nicht erreichbar",
    ),
    rule(
        connect.NO_ROUTE,
        r"le reseau n'est pas accessible|la red es inaccesible|rete non raggiungibile|address family not supported",
    ),
    rule(
        connect.NO_ROUTE,
        r"keine route zum zielrechner|cannot assign requested address|aucun chemin d'acces pour atteindre",
    ),
    rule(connect.PERMISSION, r"permission denied.{0,20}\(?13\b|\(13\)|operation not permitted"),
    rule(
        connect.PERMISSION,
        r"(?:connect|socket|stream_socket_client).{0,60}permission denied|permission denied.{0,30}connect",
    ),
    rule(connect.INTERCEPTED, r"greeting.{0,60}(?:does not|doesn't) match|smtp (?:is )?(?:redirected|intercepted)"),
    rule(
        connect.SILENT,
        r"(?:no|without|waiting for)(?: a)? (?:greeting|banner|220)|timed out.{0,40}(?:greeting|banner|initial)|"
        r"(?:greeting|banner).{0,30}(?:timed out|timeout)|while (?:receiving|"
        r"performing) the (?:initial )?(?:server )?greeting",
    ),
    rule(
        connect.DROPPED,
        r"lost connection|connection (?:was )?(?:reset|lost|closed|dropped|aborted|terminated)|broken pipe|"
        r"unexpected eof|server (?:has )?closed the connection|remote host closed|connection unexpectedly|"
        r"conversation with .{1,120} timed out|connexion reinitialisee|verbindung (?:wurde )?(?:zuruckgesetzt|"
        r"unterbrochen)|fwrite\(\).{0,60}(?:errno=32|errno=104)|"
        r"called \S{1,20}(?: \S{1,10})? without being connected|gone away",
        unless=r"too many|in reply to|rate|\b[45]\.[1-7]\.\d",
    ),
    rule(
        connect.TIMEOUT,
        r"connection timed out|connect(?:ion)? time(?:d)?[- ]?out|timed out (?:after|while|connecting)|"
        r"\betimedout\b|operation timed out|temps de connexion (?:depasse|ecoule)|tiempo de (?:espera|conexion)|"
        r"tempo scaduto|zeituberschreitung|wartezeit fur die verbindung|verbinding.{0,20}verlopen|"
        r"czas.{0,30}(?:uplynal|przekroczon)|接続がタイムアウト|タイムアウト|время ожидания|curl error 28|"
        r"did not properly respond after a period",
        unless=r"\b[45]\.[1-7]\.\d{1,3}\b|expired|deferred|queue",
    ),
    rule(connect.TIMEOUT, r"\bsmtp code: ?110\b|\(110\)"),
    rule(connect.REFUSED, r"\bsmtp code: ?111\b|\(111\)"),
    rule(connect.NO_ROUTE, r"\bsmtp code: ?(?:101|113)\b|\((?:101|113)\)"),
)
