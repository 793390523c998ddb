"""Rules for words that many servers share about the log-in, the greeting, relaying, and the sender address."""

from __future__ import annotations

from diagnostics.mail.codes import account, auth, connect, rate, tls
from diagnostics.mail.rules.rule import rule

LOGIN = (
    rule(
        tls.REQUIRED,
        r"must issue (?:a )?starttls|starttls (?:is )?required|(?:tls|encryption|ssl|"
        r"secure connection) (?:is )?(?:required|needed)(?! (?:by|for) (?:the )?recipient)",
        unless=r"421 4\.7\.|4\.7\.29|recipient",
    ),
    rule(
        tls.REQUIRED,
        r"(?:plaintext|unencrypted|cleartext).{0,40}(?:not (?:allowed|permitted)|disabled|forbidden)|"
        r"must use (?:tls|ssl|encryption)|use starttls",
    ),
    rule(tls.REQUIRED, basic=(538,)),
    rule(tls.RECIPIENT_REQUIRES, r"tls (?:is )?required", enhanced=r"[45]\.7\.(?:0|29)"),
    rule(
        auth.NOT_OFFERED,
        r"no supported authentication methods|auth command used when not|"
        r"authentication method .{1,40}(?:is )?not supported|"
        r"auth(?:entication)? (?:command )?(?:is )?not (?:advertised|available|supported|enabled|"
        r"allowed at this stage)",
    ),
    rule(
        auth.NOT_OFFERED,
        r"unrecogni[sz]ed authentication type|no auth(?:entication)? mechanism|mechanism (?:is )?not (?:supported|"
        r"available)|unsupported auth|no mechanism available",
    ),
    rule(auth.NOT_OFFERED, r"auth|command|mechanism|parameter", basic=(500, 502, 503, 504), stage=("auth",)),
    rule(
        auth.THROTTLED,
        r"too many (?:failed )?(?:login|log-in|auth\w{0,12}|authentication) (?:attempts|failures|errors)|"
        r"too many (?:unsuccessful|failed)|login.{0,20}(?:rate|frequency) limit",
    ),
    rule(
        auth.IP_NOT_ALLOWED,
        r"login.{0,40}(?:not allowed|denied) from (?:this|your) (?:ip|address|country)",
        stage=("auth",),
    ),
    rule(
        auth.MISSING,
        r"authentication (?:is )?required|auth(?:entication)? first|must (?:first )?authenticate|"
        r"smtp auth (?:is )?required|(?:please )?(?:log ?in|authenticate) (?:first|before)|need to authenticate",
        unless=r"5\.7\.26|dkim|spf|relay(?:ing)? denied|resolver\.rst|restriction|to (?:this )?group",
    ),
    rule(
        auth.MISSING,
        r"not (?:logged in|authenticated)|unauthenticated (?:senders?|users?|connection)|"
        r"authentifizierung erforderlich|authentification requise|autenticacion requerida",
        unless=r"resolver\.rst|restriction|(?:to|for) (?:this )?group",
    ),
    rule(auth.MISSING, r"turn on smtp authentication", unless=r"relay"),
    rule(auth.MISSING, r"no smtp ?auth|anonymous.{0,30}not allowed|requires? (?:smtp )?auth"),
    rule(
        account.BLOCKED,
        r"(?:account|user|mailbox) (?:has been |is )?(?:locked|suspended|blocked|disabled|deactivated|frozen)",
        stage=("auth", "api"),
    ),
    rule(
        account.BLOCKED,
        r"(?:your |this )?(?:account|domain|service) (?:has been |is |was )?(?:currently )?(?:suspended|blocked|"
        r"locked).{0,60}(?:spam|abuse|support|sending|outgoing|policy)",
        unless="recipient",
    ),
    rule(rate.DAILY, r"(?:quota|limit) (?:has been )?(?:exceeded|reached)", stage=("auth",)),
    rule(
        auth.REJECTED,
        r"(?:incorrect|invalid|wrong|bad) (?:authentication|auth|login|user ?name|username|user|password|"
        r"credentials|e-?mail)(?! (?:method|type|mechanism|address))|invalid user ?name or password",
        unless=r"recipient|rcpt",
    ),
    rule(
        auth.REJECTED,
        r"authentication (?:has )?(?:failed|failure|rejected|unsuccessful|credentials invalid)|"
        r"auth(?:entication)?:? (?:failed|failure|denied)|authenticationfailed|sasl .{1,30} authentication failed|"
        r"login (?:failed|denied|incorrect)|user unknown or password",
        unless=r"dmarc|spf|dkim|sender|4\.7\.0 temporary",
    ),
    rule(
        auth.REJECTED,
        r"(?:anmeldung|authentifizierung|authentisierung) (?:ist )?fehlgeschlagen|(?:benutzername|kennwort|"
        r"passwort).{0,40}(?:falsch|ungultig|nicht korrekt)",
        basic=(535, 534, 530, 550, 454),
    ),
    rule(
        auth.REJECTED,
        r"(?:identifiants?|mot de passe).{0,40}(?:incorrect|invalide|errone)|(?:usuario|"
        r"contrasena).{0,40}(?:incorrect|invalid|no valid)|credenziali non valide|senha.{0,20}(?:invalida|"
        r"incorreta)|逻辑|認証に失敗|認証エラー",
    ),
    rule(connect.SERVER_TROUBLE, r"temporary authentication failure|temporary.{0,20}auth", basic=(454, 451, 421)),
)

HELO = (
    rule(
        auth.HELO,
        r"(?:helo|ehlo)(?: command)?(?: name)?.{0,60}(?:reject|invalid|not (?:fully|a valid|valid|accept|allowed|"
        r"found)|require|syntax|need|argument|malformed|bad)|(?:invalid|bad|bogus|forged) (?:helo|ehlo)|"
        r"need fully-qualified hostname|fully[- ]qualified (?:host ?name|domain)",
        unless=r"recipient address|recipient <|sender address|lost connection|handshake",
    ),
    rule(auth.HELO, r"helo|ehlo|domain name|hostname", stage=("ehlo",), basic=(501, 504, 550, 553, 554)),
    rule(auth.HELO, enhanced=r"5\.7\.506"),
)

RELAY = (
    rule(
        account.RELAY_DENIED,
        r"relay(?:ing)? (?:access )?(?:is )?(?:denied|not (?:permitted|allowed|authori[sz]ed)|prohibited|"
        r"disallowed|refused|disabled)|not (?:allowed|permitted|authori[sz]ed) to relay|insecure mail relay|"
        r"(?:unable|not configured|cannot|refuse[sd]?) to relay|we do(?:n't| not) relay|no relay(?:ing)?\b|"
        r"relaying.{0,20}denied|relay not|not (?:a )?(?:relay|gateway)|open relay",
    ),
    rule(
        account.RELAY_DENIED,
        r"(?:weiterleitung|relaying) (?:ist )?(?:nicht erlaubt|verweigert)|rcpthosts|"
        r"relaying mail to \S{1,80} is not allowed|relay rejected|don't handle mail for|"
        r"mail from not local and rcpt not local",
    ),
    rule(account.RELAY_DENIED, enhanced=r"5\.7\.64"),
)

SENDER = (
    rule(
        account.SENDER_UNRESOLVABLE,
        r"sender verify (?:failed|fail)|sender (?:address )?(?:rejected: )?domain (?:not found|does not exist|"
        r"must)|domain of sender.{0,60}(?:not|does)|(?:sender|from) domain.{0,40}(?:does not (?:exist|resolve)|"
        r"not found|unresolv|no mx)",
    ),
    rule(
        account.SENDER_UNRESOLVABLE,
        r"(?:could not|unable to|cannot) (?:verify|resolve).{0,30}sender|sender.{0,60}(?:no (?:mx|a|dns)|callout|"
        r"unrouteable|unresolv)|valid sender domain(?! *\. *fix reverse)|invalid sender domain",
        unless="reverse dns|ptr",
    ),
    rule(account.SENDER_UNRESOLVABLE, r"domain not found|domain.{0,30}not exist", enhanced=r"[45]\.1\.8"),
    rule(account.SENDER_REFUSED, r"(?:null|empty)(?: envelope)? senders? (?:is |are )?not (?:allowed|accepted)"),
    rule(account.SENDER_UNRESOLVABLE, r"from: domain is invalid"),
    rule(
        account.SENDER_NOT_ALLOWED,
        r"sender (?:address )?(?:is )?not allowed|not owned by user|(?:from|sender) address.{0,30}not (?:allowed|"
        r"permitted|owned)|cannot send (?:mail )?(?:as|from)|spoof(?:ed|ing)|"
        r"use.{0,20}your own (?:e-?mail )?address",
    ),
    rule(
        account.SENDER_NOT_VERIFIED,
        r"(?:from|sender)(?: e-?mail)?(?: address)?.{0,40}(?:is )?(?:not|un) ?-?(?:verified|validated|confirmed|"
        r"registered)",
    ),
    rule(
        account.SENDER_REFUSED,
        r"sender (?:address )?(?:is )?(?:rejected|denied|refused|invalid|blocked)|purported responsible address|"
        r"(?:invalid|bad|illegal) (?:sender|from)|mail from.{0,40}(?:rejected|denied|refused|not accepted)|"
        r"sender.{0,20}(?:reject|refus|denied)",
        unless=r"recipient",
    ),
)

RULES = (*LOGIN, *HELO, *RELAY, *SENDER)
