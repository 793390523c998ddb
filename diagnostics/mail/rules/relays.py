"""Rules for what relays say in words of their own: the services that a WordPress site sends through.

A number is never enough here: cPanel's hourly limit, Gmail's daily one and Zoho's
suspicion all come as 550, and Microsoft's 550 and 554 5.2.252 are different things.
"""

from __future__ import annotations

from diagnostics.mail.codes import account, auth, connect, content, rate, recipient, reputation, site
from diagnostics.mail.rules.rule import rule

MICROSOFT = (
    rule(auth.DISABLED_BY_TENANT, r"smtpclientauthentication is disabled"),
    rule(auth.DISABLED_BY_TENANT, r"locked by your organi[sz]ation's security defaults|smtp_auth_disabled"),
    rule(auth.DISABLED_BY_TENANT, r"did not meet the criteria to be authenticated"),
    rule(auth.BASIC_RETIRED, r"basic auth(?:entication)? is (?:not supported|disabled)"),
    rule(auth.BASIC_RETIRED, r"basic auth", enhanced=r"5\.7\.(?:30|139)"),
    rule(
        account.SENDER_NOT_ALLOWED,
        r"sendasdenied|sendas denied|does not have permissions? to send as|not allowed to send (?:mail )?as",
    ),
    rule(account.SENDER_NOT_ALLOWED, enhanced=r"5\.7\.60"),
    rule(account.SENDER_NOT_ALLOWED, enhanced=r"5\.2\.252", basic=(554,)),
    rule(rate.QUOTA, enhanced=r"5\.2\.252", basic=(550,)),
    rule(rate.PER_MINUTE, r"sender thread limit exceeded|concurrent connections? limit.{0,40}storedrv|submission rate"),
    rule(rate.PER_MINUTE, enhanced=r"4\.3\.2", basic=(432,)),
    rule(
        rate.DAILY,
        r"exceeded? (?:the )?recipient (?:rate )?limit|errorexceededmessagelimit|sending limit.{0,30}storedrv",
    ),
    rule(rate.DAILY, enhanced=r"5\.1\.90"),
    rule(
        rate.TENANT,
        r"tenant (?:external recipient|has exceeded)|tenant's? .{0,40}(?:threshold|limit) (?:exceeded|reached)",
    ),
    rule(rate.TENANT, enhanced=r"5\.7\.(?:7[0-4]\d|233)"),
    rule(
        account.BLOCKED,
        r"bad outbound sender|access denied, (?:spam abuse|banned sender)|"
        r"account (?:has been )?blocked.{0,30}(?:spam|admin)",
    ),
    rule(account.BLOCKED, enhanced=r"5\.7\.(?:50[1-3]|511)"),
    rule(account.BLOCKED, r"access denied|outbound", enhanced=r"5\.1\.8", provider=("microsoft365", "outlook")),
    rule(auth.REJECTED, r"authentication unsuccessful", enhanced=r"5\.7\.(?:3|139)|"),
    rule(auth.MISSING, r"client (?:was )?not authenticated to send", enhanced=r"5\.7\.57|"),
    rule(auth.MISSING, enhanced=r"5\.7\.57"),
    rule(
        auth.TOKEN_EXPIRED,
        r"aadsts\d{1,9}|invalidauthenticationtoken|lifetime validation failed|access token (?:has expired|is empty)",
    ),
    rule(account.PERMISSION, r"erroraccessdenied|access is denied\. check credentials|insufficient privileges"),
)

GOOGLE = (
    rule(auth.APP_PASSWORD, r"application-specific password required|app password|invalidsecondfactor"),
    rule(auth.ACCOUNT_CHALLENGE, r"log ?in (?:via|with) (?:your )?(?:web )?browser|continuesignin|webloginrequired"),
    rule(auth.THROTTLED, r"too many login attempts|toomanyloginattempts"),
    rule(
        auth.TOKEN_EXPIRED,
        r"invalid_grant|token has been expired or revoked|unauthorized_client|invalid credentials.{0,40}oauth",
    ),
    rule(
        auth.TOKEN_EXPIRED,
        r"invalid_client|oauth.{0,60}(?:expired|revoked|refresh)|refresh.?token.{0,40}(?:invalid|expired|revoked)",
    ),
    rule(auth.TOKEN_EXPIRED, r"request had invalid authentication credentials"),
    rule(auth.REJECTED, r"username and password not accepted|badcredentials"),
    rule(
        account.PERMISSION,
        r"delegation denied|insufficient ?(?:authentication scopes|permission)|accessnotconfigured|"
        r"api has not been used",
    ),
    rule(
        rate.DAILY,
        r"daily (?:user )?(?:smtp relay )?sending (?:limit|quota)|dailylimitexceeded|daily (?:user )?sending",
    ),
    rule(rate.DAILY, enhanced=r"5\.4\.5", provider=("google",)),
    rule(rate.DAILY, r"user-rate limit exceeded|userratelimitexceeded"),
    rule(rate.PER_MINUTE, r"peak smtp relay|peak.{0,20}limit exceeded"),
    rule(account.RELAY_DENIED, r"mail relay denied|invalid credentials for relay|smtprelaydenied"),
    rule(account.BLOCKED, r"account (?:has been |is )?(?:temporarily )?disabled\b.{0,60}(?:google|gsmtp)"),
)

SES = (
    rule(
        rate.PER_SECOND, r"maximum sending rate exceeded|throttlingexception.{0,60}rate|throttling failure.{0,30}rate"
    ),
    rule(rate.DAILY, r"daily message quota exceeded|daily sending quota"),
    rule(
        account.UNVERIFIED_IDENTITY,
        r"email address (?:is )?not verified|address is not verified.{0,60}identit|identities failed the check",
    ),
    rule(
        account.PERMISSION, r"not authori[sz]ed to perform:? ?.?ses:|ses:send\w{0,12}email.{0,60}(?:denied|not authori)"
    ),
    rule(
        auth.KEY_REJECTED,
        r"security token included in the request is invalid|signaturedoesnotmatch|invalidclienttokenid|"
        r"signature we calculated",
    ),
    rule(
        account.BLOCKED,
        r"sending (?:has been )?(?:paused|suspended|disabled) for (?:this|your) account|accountsendingpaused|"
        r"account is paused",
    ),
    rule(auth.REJECTED, r"authentication credentials invalid"),
)

SERVICES = (
    # SendGrid
    rule(
        rate.DAILY,
        r"maximum credits exceeded|authenticated user is not authorized to send mail.{0,40}credit|"
        r"exceeded your messaging limits",
    ),
    rule(rate.PER_MINUTE, r"too many recipients received this hour"),
    rule(account.SENDER_NOT_VERIFIED, r"does not match a verified sender identity|verified sender identity"),
    rule(auth.MISSING, r"unauthenticated senders not allowed"),
    rule(auth.REJECTED, r"bad username ?/ ?password"),
    rule(account.PERMISSION, r"authenticated user is not authorized to send mail"),
    rule(
        auth.KEY_REJECTED, r"authorization grant is invalid, expired, or revoked|permission denied, wrong credentials"
    ),
    # Brevo
    rule(
        account.NOT_ACTIVATED,
        r"account is not (?:yet )?activated|account (?:is )?(?:under|pending) (?:validation|review|approval)",
    ),
    rule(
        auth.IP_NOT_ALLOWED,
        r"unauthori[sz]ed ip|ip (?:address )?(?:is )?not (?:authori[sz]ed|allowed|whitelisted)|"
        r"unrecogni[sz]ed ip address",
    ),
    rule(auth.IP_NOT_ALLOWED, r"not in (?:the )?(?:list of )?authori[sz]ed ips|ip restriction", unless="spf"),
    rule(auth.IP_NOT_ALLOWED, basic=(525,), provider=("brevo",)),
    rule(auth.WRONG_SECRET_KIND, r"\bxkeysib-|api[- ]key.{0,40}instead of.{0,20}smtp key|key is not an? smtp key"),
    rule(
        auth.KEY_REJECTED,
        r"key not found|api key (?:is )?(?:not (?:found|valid)|invalid|disabled)|invalid api[- ]?key|incorrect api key",
    ),
    rule(
        account.SENDER_NOT_VERIFIED,
        r"sending has been rejected because the sender you used .{1,200} is not valid|valid(?:ate)? your sender",
    ),
    # Mailgun
    rule(
        account.SANDBOX,
        r"sandbox subdomains are for test|activate your mailgun account|free accounts are for test purposes only",
    ),
    rule(account.SANDBOX, r"sandbox .{0,40}authori[sz]ed recipients|authori[sz]ed recipients only|sandbox mode"),
    rule(
        account.DOMAIN_UNVERIFIED,
        r"domain .{1,120}(?:not found|(?:is )?un-?verified|is not (?:yet )?(?:verified|allowed to send))",
        provider=("mailgun", "resend", "mailersend", "sparkpost", "mandrill", "smtp2go", "mailjet", "elasticemail"),
    ),
    rule(
        account.DOMAIN_UNVERIFIED,
        r"domain .{1,120}(?:is )?un-?verified|requires add and verify|\bms42207\b|from\.email domain must be verified",
    ),
    rule(
        account.DOMAIN_UNVERIFIED,
        r"unconfigured sending domain|domain is not verified|is not a verified domain|domain not verified",
    ),
    rule(account.DOMAIN_UNVERIFIED, r"domain not found", stage=("api",)),
    rule(auth.KEY_REJECTED, r"invalid private key|mailgun.{0,40}\bforbidden\b"),
    rule(auth.KEY_REJECTED, r"^forbidden$", provider=("mailgun",)),
    # Postmark
    rule(account.NOT_ACTIVATED, r"errorcode=412|pending approval"),
    rule(
        recipient.SUPPRESSED,
        r"errorcode=406|inactive recipient|marked as inactive|on (?:the|our|your) suppression list|"
        r"suppression.?list|suppressed (?:address|recipient)",
    ),
    rule(account.SENDER_NOT_VERIFIED, r"errorcode=40[01]\b|sender signature"),
    rule(
        auth.KEY_REJECTED,
        r"errorcode=10\b|(?:no|valid) server token|server token (?:is )?(?:missing|invalid)|"
        r"request does not contain a valid server token",
    ),
    rule(
        account.SENDER_NOT_VERIFIED,
        r"only send testing emails to your own email address|from (?:address|field) .{0,60}not (?:verified|"
        r"validated)",
    ),
    rule(
        account.BLOCKED,
        r"(?:your|this api|sending) account (?:has been |is )?(?:suspended|deactivated|disabled|closed|terminated|"
        r"on hold)|outgoing spam|outbound spam|billing (?:issue|problem|failed|error)|payment required|"
        r"errorcode=405",
    ),
    rule(site.MAILER_CRASHED, r"errorcode=(?:300|402)\b", unless=r"invalid '?to'? address"),
)

MAILBOXES = (
    # Zoho
    rule(account.BLOCKED_TEMPORARILY, r"unusual (?:sending|outgoing) activity|unblockme"),
    rule(account.SENDER_NOT_ALLOWED, r"relaying disallowed as"),
    rule(account.BLOCKED, r"access denied|outgoing|blocked|policy", enhanced=r"5\.1\.8|5\.4\.6", provider=("zoho",)),
    rule(account.RELAY_DENIED, r"relaying disallowed", provider=("zoho",)),
    # GoDaddy: over quota, the log-in itself is refused
    rule(
        rate.DAILY,
        r"exceeded its 24-hour sending limit|relay quota|maximum daily relays|\bib(?:504|607)\b|daily (?:relay|"
        r"message) limit",
    ),
    rule(reputation.LISTED, r"\bib10[3-6]\b"),
    rule(rate.CONNECTIONS, r"\bib007\b"),
    rule(reputation.PTR_MISSING, r"\bib108\b"),
    rule(account.SENDER_UNRESOLVABLE, r"\bib506\b"),
    rule(reputation.SPF_FAIL, r"\bib508\b"),
    rule(content.SPAM, r"\bib212\b"),
    # cPanel: its router found no way to the domain, though the sentence names three causes
    rule(
        recipient.DOMAIN_UNKNOWN, r"account or domain may not exist, they may be blacklisted, or missing the proper dns"
    ),
    rule(connect.LOCAL_INSTEAD_OF_MX, r"no such user here", provider=("localhost",)),
    # cPanel and its kind: 550, though the next hour heals it
    rule(
        rate.HOURLY,
        r"max(?:imum)? (?:e-?mails|defers and failures) per hour|"
        r"exceeded the max(?:imum)? (?:number of )?(?:e-?mails|messages)",
    ),
    rule(
        rate.HOURLY,
        r"\b\d{1,9} ?/ ?\d{1,9} .{0,40}(?:allowed|per hour)|hourly (?:e-?mail|message|sending)?.{0,10}(?:limit|quota)|"
        r"(?:e-?mails|messages) per hour",
    ),
    rule(
        rate.HOURLY,
        r"message discarded.{0,60}(?:limit|exceed)|outgoing (?:mail|e-?mail|message) limit|per.hour.{0,30}exceed",
    ),
    # IONOS, STRATO, OVH and others
    rule(
        account.SENDER_NOT_ALLOWED,
        r"sender address is not allowed|not owned by (?:auth(?:enticated)? )?user|sender address.{0,30}not belong",
    ),
    rule(
        account.SENDER_NOT_ALLOWED,
        r"(?:not allowed|no permission|not permitted|unauthori[sz]ed) to (?:send|use).{0,40}(?:from|as|sender|"
        r"address)|from address is not authori[sz]ed",
        unless=r"\bspf\b",
    ),
    rule(
        account.SENDER_NOT_ALLOWED,
        r"authenticated (?:user|sender).{0,40}(?:does not match|not match|mismatch)|from.{0,30}must (?:match|"
        r"be).{0,30}(?:login|account|user)",
    ),
    rule(
        account.SENDER_NOT_ALLOWED,
        r"sender mismatch|is not allowed to send from|absenderadresse (?:ist )?(?:nicht erlaubt|passt nicht)|"
        r"user is not authori[sz]ed to send",
    ),
    rule(
        account.SENDER_NOT_ALLOWED,
        r"sender .{0,60}rejected: not (?:owned|logged in as)|only the owner.{0,20}may send|"
        r"you are not allowed to use the sender",
    ),
)

RULES = (*MICROSOFT, *GOOGLE, *SES, *SERVICES, *MAILBOXES)
