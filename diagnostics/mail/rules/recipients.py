"""Rules for words that many servers share about the recipient: mailbox, domain, rules of its own."""

from __future__ import annotations

from diagnostics.mail.codes import recipient
from diagnostics.mail.rules.rule import rule

RULES = (
    rule(
        recipient.FULL,
        r"exceed(?:ed|ing|s)? (?:\S{1,20} )?(?:storage allocation|quota|receiving limits)|"
        r"does not have enough space|too many messages (?:for this mailbox|on the server)|mail file size exceeds",
        unless=r"sending|relay|message quota|24-hour|daily|per hour",
    ),
    rule(recipient.FULL, r"\bofr_?417\b"),
    rule(
        recipient.DISABLED,
        r"archived recipient|boite du destinataire archivee|deactivated mailbox|user is terminated|"
        r"temporarily inactive|recipient suspend|mailbox (?:is )?frozen",
    ),
    rule(
        recipient.RESTRICTED,
        r"members-only|closed mailing list|not subscribed to this group|only accepting mail from|"
        r"not accepting mail from (?:this|your) (?:address|sender)",
    ),
    rule(recipient.UNKNOWN, r"hosted here but that user isn't"),
    rule(
        recipient.NULL_MX,
        r"null ?mx|(?:domain|host|server|system) (?:does )?(?:not|doesn't) accept (?:any )?(?:e-?)?mail|"
        r"mx (?:or srv )?record indicated no smtp|no smtp service",
    ),
    rule(
        recipient.RATE,
        r"receiving mail (?:at a rate|too quickly)|receiving (?:too much )?mail (?:at )?too|"
        r"recipient.{0,40}(?:rate|too many messages|message limit)|too many messages.{0,30}(?:recipient|mailbox)",
    ),
    rule(recipient.RATE, enhanced=r"[45]\.2\.12[12]"),
    rule(
        recipient.FULL,
        r"(?:mailbox|inbox|mail box|account|user|recipient).{0,40}(?:is )?(?:full|over ?quota|"
        r"over (?:the )?(?:storage |allowed )?quota|out of (?:storage|space))|over ?quota|quota (?:exceeded|"
        r"violation)|quota.{0,20}exceeded|storage (?:quota )?exceeded|mailbox size limit|exceeded (?:his|their|"
        r"its|the) (?:mail ?box|storage|disk|mail)",
        unless=r"per hour|per day|sending|relay|daily|outgoing|message quota",
    ),
    rule(
        recipient.FULL,
        r"number of messages in recipient's mailbox exceeded|postfach.{0,30}(?:voll|uberfullt)|"
        r"boite (?:aux lettres|de reception|mail)?.{0,40}(?:pleine|plein)|buzon.{0,20}lleno|casella.{0,20}piena|"
        r"mailbox vol\b|caixa.{0,20}cheia|skrzynka.{0,20}(?:pelna|zapelniona)|"
        r"ящик.{0,20}переполнен|メールボックスが(?:一杯|"
        r"いっぱい)|insufficient (?:mailbox )?(?:space|quota) (?:in|for) (?:the )?(?:mailbox|recipient)|disk quota|"
        r"over (?:its|their|his) (?:storage|quota)|user has no space|zu viele mails auf dem server",
    ),
    rule(
        recipient.GREYLISTED,
        r"gr[ea]y ?-?list|come back (?:later|in)|postgrey|try again in \d{1,9} (?:second|minute)|"
        r"temporarily (?:rejected|deferred).{0,40}(?:try again|retry)|please retry later.{0,20}grey",
    ),
    rule(
        recipient.GREYLISTED,
        r"try (?:again )?later|retry|temporar|delayed",
        basic=(450, 451),
        enhanced=r"4\.7\.1",
        unless=r"rate|limit|too many|reputation|lookup",
    ),
    rule(
        recipient.MOVED,
        r"user not local; please try|(?:user|recipient|mailbox) (?:has )?moved|"
        r"no longer (?:on (?:this )?server|here|at this)|"
        r"has changed (?:his|her|its|their) address|please use .{0,60}instead",
    ),
    rule(recipient.MOVED, enhanced=r"5\.1\.6"),
    rule(
        recipient.DISABLED,
        r"(?:account|mailbox|user|recipient|address|"
        r"users?\(s\) account)(?: \S{1,80})?(?: that you tried to reach)?(?: (?:has been|is|was|"
        r"are))? (?:currently )?(?:disabled|suspended|inactive|deactivated|not active|locked|blocked|expired|"
        r"discontinued|closed)(?!.{0,40}(?:sender|spam))",
    ),
    rule(
        recipient.DISABLED,
        r"mailbox (?:for \S{1,80} )?(?:is )?(?:inactive|unavailable for receiving)|no longer accepts (?:e-?)?mail|"
        r"account (?:is inactive|suspended: someone@)|user is (?:inactive|disabled)|対象のアカウントは",
    ),
    rule(recipient.UNKNOWN, r"recipient address rejected: access denied", enhanced=r"5\.4\.1"),
    rule(recipient.UNKNOWN, r"address rejected", enhanced=r"5\.1\.0", unless=r"sender"),  # IronPort
    rule(
        recipient.RESTRICTED,
        r"(?:group|list|mailbox|recipient).{0,80}(?:only accepts|restricted|not (?:allowed|authori[sz]ed|"
        r"permitted) to (?:post|send)|accepts? (?:messages|mail) only|permission to post|members only)|"
        r"resolver\.rst\.(?:auth|not)|not authori[sz]ed to send to (?:this|the) (?:recipient|group|list)|"
        r"delivery restriction",
    ),
    rule(recipient.RESTRICTED, enhanced=r"5\.7\.1(?:2[4-9]|3[0-6])"),
    rule(
        recipient.RESTRICTED,
        r"you may not have permission to post messages to the group|gruppe nachrichten zu posten|"
        r"/groups\.google\.com/support",
    ),
    rule(
        recipient.DOMAIN_UNKNOWN,
        r"(?:bad|unknown|invalid|illegal|no such) (?:destination )?(?:system address|domain|host(?: ?name)?)\b|"
        r"host (?:unknown|not found)|host or domain name not found|domain (?:name )?(?:not found|does not exist|"
        r"unknown|could not be resolved)|couldn't find (?:a |any )?(?:mail exchanger|host)|no (?:mx|"
        r"mail exchanger)|host name lookup failure|unrouteable (?:mail )?domain|could not find a gateway|"
        r"illegal host/domain|(?:domain|host).{1,80}does not exist|name service error.{0,60}type=(?:mx|a|aaaa)",
        unless=r"sender|mail from|\bhelo\b|your (?:domain|host)|reverse",
    ),
    rule(
        recipient.DOMAIN_UNKNOWN,
        r"\b5\d\d \S{1,80}\.\S{2,20} does not exist|dns error.{0,60}(?:mx|domain)",
        unless=r"sender",
    ),
    rule(recipient.DOMAIN_UNKNOWN, enhanced=r"5\.1\.2|5\.4\.310"),
    rule(
        recipient.UNKNOWN,
        r"(?:user|recipient|mailbox|account|address|destinat\w{1,6}|addressee|local part)(?: name)?(?: is| was|"
        r"s)?[ :]{0,3}(?:\S{1,80} ){0,2}?(?:unknown|not (?:found|exist|known|recogni[sz]ed|valid|available here)|"
        r"does ?n[o']t exist|invalid|non-?existent|unrecogni[sz]ed)|(?:unknown|no such|invalid|bad|illegal|"
        r"non-?existent|not a valid|not a known|unrecogni[sz]ed)(?: or (?:illegal|"
        r"invalid))?(?: final delivery)?(?: local)? (?:user(?:id)?|recipient|mailbox|address|account|alias|"
        r"local part|person|destination mailbox)\b",
        unless=r"password|username and|sender|mail from|helo|auth|relay (?:access )?denied|spam|over ?quota|"
        r"mailbox(?:es)? (?:is |are )?full|(?:host|system) address",
    ),
    rule(
        recipient.UNKNOWN,
        r"resolver\.adr\.recip|unrouteable address|my list of allowed recipients|"
        r"user doesn't have an? \S{1,80} account|does not have an? \S{1,80} account|not our (?:user|customer)|"
        r"user not (?:found|known|local|exist|here)|no (?:such )?(?:mailbox|user) (?:here|by that name)|"
        r"recipient not found|not listed in.{0,40}directory|recipnotfound|mailbox unavailable|no mailbox here|"
        r"email account that you tried to reach does not exist|answer=6596|(?:couldn't|could not|"
        r"wasn't) be? ?found at|email address (?:you entered )?couldn't be found|"
        r"recipient (?:email )?(?:address )?is (?:possibly )?incorrect|address (?:does not|"
        r"couldn't) (?:be )?(?:found|exist)|is not a registered gateway user|invalid address, error_code",
        unless=r"sender|mail from",
    ),
    rule(
        recipient.UNKNOWN,
        r"(?:benutzer|empfanger|postfach|adresse)\b.{0,40}(?:unbekannt|existiert nicht|nicht (?:gefunden|bekannt|"
        r"vorhanden))|unbekannter (?:benutzer|empfanger)|(?:utilisateur|destinataire|adresse).{0,40}(?:inconnu|"
        r"inexistant|invalide|n'existe pas)|(?:usuario|destinatario|buzon).{0,40}(?:desconocido|no existe|"
        r"inexistente)|(?:utente|destinatario|casella).{0,40}(?:sconosciut|inesistente|non esiste)|(?:gebruiker|"
        r"ontvanger).{0,40}(?:onbekend|bestaat niet)|(?:usuario|destinatario).{0,40}(?:desconhecido|inexistente|"
        r"nao existe)|(?:uzytkownik|odbiorca).{0,40}(?:nie istnieje|nieznany)|(?:пользователь|адрес|"
        r"ящик).{0,40}(?:не найден|не существует)|ディレクトリ(?:に|のリスト)|"
        r"(?:ユーザー|宛先|アドレス).{0,40}(?:見つかりません|存在しません|ありません)",
    ),
    rule(
        recipient.FILTERED,
        r"(?:message|mail) (?:was )?filtered|rejected by (?:the )?(?:recipient|user)(?:'s)? (?:filter|rule|"
        r"preferences)|blocked by (?:the )?(?:recipient|user)\b",
    ),
)
