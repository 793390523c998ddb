"""Codes of an entry's way: where it was lost and why, and what kept us from looking."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_STAGES = "The stages that the test entry passed, each with what the browser saw or the site answered, in the trace."
_FORM = "{evidence.title}: "

SOUND = Code(
    "form.trace.sound",
    Verdict.PASS,
    _FORM + "a test entry went its whole way: {evidence.far}.",
    meaning="A visitor's entry is taken, kept where the form keeps entries, and its notification leaves.",
    proof=_STAGES,
    impact=Impact.ADVICE,
)
STOPPED = Code(
    "form.trace.stopped",
    Verdict.UNKNOWN,
    _FORM + "its way was not seen: no entry came further than “{evidence.stage}”.",
    remedy="Mend what the finding {evidence.by} says of this form first; then the rest of its way is looked at.",
    meaning="The form itself could not be sent, so what the site would make of an entry is not known.",
    proof=_STAGES,
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
NOT_TRIED = Code(
    "form.trace.not_tried",
    Verdict.UNKNOWN,
    _FORM + "no test entry was sent: {evidence.why}",
    remedy="{evidence.then}",
    meaning="A test entry that could not be taken back, or that nobody agreed to, is not sent.",
    proof="What the site's plugin says of this form.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
QUIET = Code(
    "form.trace.quiet_hours",
    Verdict.UNKNOWN,
    "{subject}: no form was tried, as the site's quiet hours last until {evidence.until_local} ({evidence.timezone}).",
    remedy="Nothing: the look follows when they end. To try the forms now, press “Test my forms”.",
    meaning="The site's admin wishes no test entries in these hours, unless somebody asks for one.",
    proof="The quiet hours in the site's settings, and its time.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
NOT_THIS_TIME = Code(
    "form.trace.not_this_time",
    Verdict.UNKNOWN,
    "{subject}: {evidence.left} of its forms were not tried this time; {evidence.why}",
    remedy="Nothing: those that were tried longest ago come first in the next look. One by itself can be tried from "
    "the site's page Forms in the console.",
    meaning="A look takes so many forms, one after the other, that it ends in a quarter of an hour.",
    proof="The forms that are left, by name.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
NO_FORMS = Code(
    "form.trace.no_forms",
    Verdict.UNKNOWN,
    "{subject} has no form that Aftercare knows of.",
    remedy="Does a page show a form, see in docs/plugin.md whether its plugin is among those that Aftercare knows, and "
    "update Aftercare's plugin at the site.",
    meaning="Either there is none, or it comes from a plugin without an adapter.",
    proof="The site's answer to `forms.list`.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
UNKNOWN_FORM = Code(
    "form.trace.gone",
    Verdict.UNKNOWN,
    "{subject} is not among the site's forms any more.",
    remedy="Nothing, if it was deleted. Else look in its plugin's screen whether it is published.",
    meaning="The run was about a form that the site does not list.",
    proof="The site's answer to `forms.list`.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
UNSEEN = Code(
    "form.trace.unseen",
    Verdict.UNKNOWN,
    _FORM + "what became of the test entry is not known: {evidence.why}",
    remedy="Look again. Does it remain, see under “Roads to it” on the site's page how the site can be asked.",
    meaning="The entry may have been sent; the site could not be asked, or had not ended with it.",
    proof="What the site answered, or why it did not.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
)
NOT_ARRIVED = Code(
    "form.trace.not_arrived",
    Verdict.FAIL,
    _FORM + "the browser sent the entry ({evidence.answer}), and it never reached WordPress.",
    remedy="At the web host, look in the log of its firewall, of the CDN and of the security plugin for a POST to "
    "{evidence.target} at {evidence.at}, and let POSTs to that address pass for visitors. Where a page cache or an "
    "optimiser plugin answers there, except that address from it.",
    meaning="Something between the visitor and WordPress swallows the request: a firewall, a CDN, a cache or a "
    "security plugin. The visitor may even read thanks.",
    proof="The request with its answer, and the site's word that the entry was never seen.",
    kind=CauseKind.HOST,
    impact=Impact.ONE,
)
FATAL = Code(
    "form.trace.fatal",
    Verdict.FAIL,
    _FORM + "PHP died on the entry ({evidence.fatal}), so it was lost at “{evidence.stage}”.",
    remedy="In wp-admin, Plugins, deactivate what {evidence.fatal} names, or put back its version from before the last "
    "update, and test the form again; its author needs that line and the PHP version.",
    meaning="The request ended in a fatal error before the form had an outcome. Visitors see an error or nothing.",
    proof="The error's class and place at the site, and the request's status.",
    kind=CauseKind.CODE,
    impact=Impact.ONE,
)
NO_OUTCOME = Code(
    "form.trace.no_outcome",
    Verdict.FAIL,
    _FORM + "the entry reached WordPress, and the form plugin never came to an outcome.",
    remedy="In wp-admin, {evidence.where}: look whether the form is published and saved without error. Then, under "
    "Plugins, switch off what changes forms (spam filters, CRM add-ons, caches), one after the other, and test again.",
    meaning="The request arrived, and the plugin that should have taken the entry did not: another plugin ended the "
    "request, or the form's own check (nonce, session) turned it away silently.",
    proof="The site's word that the token was spent and no form event followed; the request's status.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ONE,
)
REFUSED = Code(
    "form.trace.refused",
    Verdict.WARN,
    _FORM + "the test entry was refused because of {evidence.invalid}.",
    remedy="In wp-admin, {evidence.where}: look at the form's rules for the fields {evidence.invalid}. Is what they "
    "demand "
    "written beside them for visitors, all is well and only our test value is wrong.",
    meaning="Aftercare filled each field by its type and label. A rule that such values break may keep visitors out.",
    proof="The names of the refused fields, as the form plugin told them.",
    kind=CauseKind.CONTENT,
    impact=Impact.DEGRADED,
)
SPAM = Code(
    "form.trace.spam",
    Verdict.WARN,
    _FORM + "the test entry was taken for spam by {evidence.spam_by}.",
    remedy="In wp-admin, {evidence.where}: look in what {evidence.spam_by} has sorted out whether visitors' entries "
    "lie there, and lower the strictness in its settings. A test entry is sent by a machine, so a verdict on it "
    "alone proves little.",
    meaning="A filter that this test entry could not be excused from judged it. Visitors may meet the same.",
    proof="The form plugin's own outcome, with the filter's name.",
    kind=CauseKind.PLUGIN,
    impact=Impact.DEGRADED,
)
VISITOR_IS_SPAM = Code(
    "form.trace.visitor_is_spam",
    Verdict.WARN,
    _FORM + "a test entry that was not excused from the spam filters was taken for spam by {evidence.spam_by}.",
    remedy="In wp-admin, {evidence.where}: look in what {evidence.spam_by} has sorted out whether visitors' entries "
    "lie there, and lower the strictness in its settings. A machine sent this one, so a verdict on it alone proves "
    "little.",
    meaning="A visitor's entry may meet the same filter. The same entry, excused from it, was taken.",
    proof="The form plugin's own outcome of a second test entry, with the filter's name.",
    kind=CauseKind.PLUGIN,
    impact=Impact.DEGRADED,
)
NOT_KEPT = Code(
    "form.trace.not_kept",
    Verdict.FAIL,
    _FORM + "the entry was accepted and is not among the kept entries.",
    remedy="In wp-admin, {evidence.where}: send an entry and look whether it appears. Is it missing, deactivate and "
    "activate the form plugin once, so that it makes its tables again, and ask the web host whether the database "
    "takes writes.",
    meaning="The form is set to keep entries and did not: its table is missing or damaged, the disk or database is "
    "full, or another plugin stops the writing.",
    proof="The form's setting, and the site's word that no entry was written.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ONE,
)
NOTIFICATION_OFF = Code(
    "form.trace.notification_off",
    Verdict.FAIL,
    _FORM + "its notification is switched off ({evidence.names}), so nobody is told of an entry.",
    remedy="In wp-admin, {evidence.where}: switch the form's mail “{evidence.names}” on and save.",
    meaning="The form takes entries and writes to nobody. They lie, at best, in the site's database.",
    proof="The form's notifications as its plugin has them, and a test entry that made no mail.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
NOWHERE = Code(
    "form.trace.nowhere",
    Verdict.FAIL,
    _FORM + "it keeps no entries and has no notification: whatever visitors send is gone.",
    remedy="In wp-admin, {evidence.where}: add a notification to the address that answers, as `office@your-domain`, "
    "and save.",
    meaning="The form thanks visitors, and nothing of their entry stays anywhere.",
    proof="The form's settings, and a test entry that was neither kept nor mailed.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
NOBODY_TOLD = Code(
    "form.trace.nobody_told",
    Verdict.WARN,
    _FORM + "it keeps entries and has no notification, so somebody has to look.",
    remedy="In wp-admin, {evidence.where}: add a notification to the address that answers, as `office@your-domain`. Is "
    "it meant so, see that somebody reads the kept entries.",
    meaning="Entries are in the database and nobody is told.",
    proof="The form's notifications as its plugin has them.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ADVICE,
)
NO_RECIPIENT = Code(
    "form.trace.no_recipient",
    Verdict.FAIL,
    _FORM + "its notification “{evidence.names}” has no recipient.",
    remedy="In wp-admin, {evidence.where}: write the address that answers, as `office@your-domain`, into the "
    "notification's field “To” and save.",
    meaning="The mail has nobody to go to: WordPress drops it without an error that a visitor would see.",
    proof="The form's notifications as its plugin has them.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
RECIPIENT_FIELD = Code(
    "form.trace.recipient_field",
    Verdict.FAIL,
    _FORM
    + "its notification “{evidence.names}” goes to the field {evidence.field}, and the form has none of that name; "
    "it has {evidence.near}.",
    remedy="In wp-admin, {evidence.where}: in the notification's field “To” put {evidence.near} in place of "
    "{evidence.field}, or better the address that answers, as `office@your-domain`, and save.",
    meaning="The name of the field is misspelt, or the field was renamed: nothing stands in its place, and the mail "
    "has nobody to go to.",
    proof="The form's fields and its notification's recipient, as its plugin has them.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
NO_MAIL = Code(
    "form.trace.no_mail",
    Verdict.FAIL,
    _FORM + "the entry was taken, and no mail was written although its notification is on{evidence.because}.",
    remedy="In wp-admin, {evidence.where}: look at the conditions under which the form's mail “{evidence.names}” is "
    "sent, switch them off and test again. Is it sent then, mend the condition.",
    meaning="The form plugin took the entry and never called WordPress's mail function: a condition, an add-on or "
    "another plugin kept the mail back.",
    proof="The form's settings, and the site's word that the entry's request made no mail.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
MAIL_FAILED = Code(
    "form.trace.mail_failed",
    Verdict.FAIL,
    _FORM + "the entry's mail did not leave: {evidence.said}",
    remedy="Mend what {evidence.mail_code} says of the site's mail: its finding stands in this run, with the place and "
    "the value. Until then read this form's entries in wp-admin, {evidence.where}.",
    meaning="The form works up to the mail. Who is to answer learns nothing of the entry.",
    proof="The test entry's own mail, and what the relay or mailer said, read by the taxonomy of mail failures.",
    kind=CauseKind.RELAY,
    impact=Impact.ONE,
)
RECIPIENT_DOMAIN = Code(
    "form.trace.recipient_domain",
    Verdict.FAIL,
    _FORM + "its notification goes to {evidence.domain}, which can take no mail: {evidence.why}.",
    remedy="In wp-admin, {evidence.where}: correct the notification's field “To”; {evidence.domain} may be a typing "
    "error. Is the domain right, enter at its DNS host the MX records that its mailbox provider names.",
    meaning="The relay takes the mail and cannot deliver it: it bounces, or is dropped.",
    proof="DNS's answer for the MX records of the recipient's domain.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
SENDER_IS_VISITOR = Code(
    "form.trace.sender_is_visitor",
    Verdict.FAIL,
    _FORM
    + "its notification is sent in the visitor's own name (field {evidence.field}), which receivers take for forged.",
    remedy="In wp-admin, {evidence.where}: put an address of the site's own domain, as `forms@your-domain`, into the "
    "notification's field “From”, and the visitor's field {evidence.field} into “Reply-To”.",
    meaning="No relay of the site may send for the visitor's mailbox provider: SPF and DKIM do not fit the From "
    "address, and DMARC of Yahoo, Outlook.com and many firms refuses such mail (RFC 9989 §5). Some entries arrive, "
    "others never do.",
    proof="The notification's sender as the form plugin has it.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
SENDER_NOT_YOURS = Code(
    "form.trace.sender_not_yours",
    Verdict.WARN,
    _FORM + "its notification is sent in the name of {evidence.domain}, whose DMARC policy is {evidence.policy}.",
    remedy="In wp-admin, {evidence.where}: put an address at {evidence.own} into the notification's field “From”. Does "
    "the site's relay send for {evidence.domain} too, look at its report under Poor Email Deliverability.",
    meaning="The site's mail is set up for another domain; receivers are asked to put away or refuse mail that "
    "the From domain has not signed.",
    proof="The notification's sender, the site's own From domain, and the DMARC record.",
    kind=CauseKind.SETTINGS,
    impact=Impact.DEGRADED,
)
NOTIFICATION_PROBLEM = Code(
    "form.trace.notification_problem",
    Verdict.WARN,
    _FORM + "its plugin itself finds fault with the notification “{evidence.names}”: {evidence.problem}",
    remedy="In wp-admin, {evidence.where}: open the form's mail “{evidence.names}”, correct what is marked there, "
    "save.",
    meaning="The form plugin checks its own settings, and this one may keep mails from arriving.",
    proof="The form plugin's own word.",
    kind=CauseKind.SETTINGS,
    impact=Impact.DEGRADED,
)
MAIL_HELD = Code(
    "form.trace.mail_held",
    Verdict.UNKNOWN,
    _FORM + "its mail was written and held back, as no mailbox for test mails is set.",
    remedy="Set one in the console under the site's page → Test mails go to; then the mail's way is followed too.",
    meaning="A test entry's mail goes to a mailbox that staff chose, or to nobody. The way up to the mail was seen.",
    proof="The site's answer: the mail was held.",
    impact=Impact.ADVICE,
)
NOT_FORGOTTEN = Code(
    "form.trace.not_forgotten",
    Verdict.WARN,
    _FORM + "a test entry of Aftercare's stayed at the site{evidence.named}.",
    remedy="In wp-admin, {evidence.where}: delete the form's entry{evidence.named}; its words say that it is a test.",
    meaning="Test entries are deleted again by the site's plugin. This one was not, or it could not say so.",
    proof="The site's answer to `form.canary`.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ADVICE,
)
ENTRIES_LOST = Code(
    "form.trace.entries_lost",
    Verdict.FAIL,
    _FORM + "{evidence.words} at “{evidence.stage}” since {evidence.since}, and none went through after that.",
    remedy="Mend what the test entry of this run shows: its finding names the place. Until then read what was kept in "
    "wp-admin, {evidence.where}, and write to the visitors whose mails were lost.{evidence.safe_words}",
    meaning="Visitors' entries are lost now. The counts say where and since when; why, a test entry shows.",
    proof="The form's entries as the site told them, stage by stage, with how each ended.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ONE,
)
ALL_SPAM = Code(
    "form.trace.all_spam",
    Verdict.FAIL,
    _FORM + "all of its last {evidence.number} entries were taken for spam{evidence.by}, since {evidence.since}.",
    remedy="In wp-admin, {evidence.where}: read what was sorted out, mark what is no spam, and lower the filter's "
    "strictness. Has its key expired or its service gone, enter a new key there.",
    meaning="Some spam is normal. A form that took entries before and now takes none at all has a filter that turns "
    "everybody away.",
    proof="The form's entries as the site told them: how many of each outcome since the last that was taken.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ONE,
)
ENTRIES = Code(
    "form.trace.entries",
    Verdict.PASS,
    "{subject}: of {evidence.number} entries in {evidence.days} days, {evidence.through} went through.",
    meaning="What visitors sent, and how it ended, form by form and stage by stage.",
    proof="The forms' events as the site told them.",
    impact=Impact.ADVICE,
)
NO_ENTRIES = Code(
    "form.trace.no_entries",
    Verdict.UNKNOWN,
    "{subject} has told of no entry in {evidence.days} days.",
    remedy="Send one as a visitor would, or press Test in wp-admin under Aftercare. Is it not told either, see on the "
    "site's page in the console when it was last heard from.",
    meaning="Where nothing was told, nothing can be counted: there may be no entries, or none that were seen.",
    proof="No event of a form is kept for this time.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
NONE_WORKS = Code(
    "form.trace.none_works",
    Verdict.FAIL,
    "No form of {subject} works: {evidence.forms}.",
    remedy="They fail alike ({evidence.cause}): mend one form at the place that follows, and test the others in "
    "wp-admin "
    "under Aftercare. {evidence.remedy}",
    meaning="Every form that could be tried loses its entries. No visitor can reach the site's owner by a form.",
    proof="A test entry of each form, or what kept it from being sent.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ALL,
)

CODES = tuple(each for each in list(vars().values()) if isinstance(each, Code))
