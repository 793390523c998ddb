"""What a text says in numbers: SMTP reply code, enhanced status, stage, HTTP status.

RFC 5321 §4.2 (reply codes), RFC 3463 (enhanced status), and the words with which MTAs
and PHPMailer name the command that was refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from diagnostics.mail.reply_dialogue import read_dialogue
from diagnostics.mail.reply_languages import fold, mailer_says
from diagnostics.mail.reply_text import HEAD, TAIL, one_line, unwrap

STAGES = ("resolve", "connect", "greeting", "ehlo", "tls", "auth", "mail", "rcpt", "data", "end_of_data", "api")
_ALSO_CALLED = {
    "dns": "resolve",
    "connection": "connect",
    "banner": "greeting",
    "helo": "ehlo",
    "hello": "ehlo",
    "starttls": "tls",
    "login": "auth",
    "authentication": "auth",
    "mail from": "mail",
    "from": "mail",
    "mail_from": "mail",
    "rcpt to": "rcpt",
    "rcpt_to": "rcpt",
    "recipient": "rcpt",
    "end of data": "end_of_data",
    "data end": "end_of_data",
    "eom": "end_of_data",
    "http": "api",
}

_STATUS = r"([245])\.(\d{1,3})\.(\d{1,3})"
_CODE_AND_STATUS = re.compile(r"(?<![\w.])([245])([0-5]\d)[ :,-]{0,3}[(\[]?#?(\1\.\d{1,3}\.\d{1,3})(?![\w.]*\d)")
_MAILERS_CODE = re.compile(
    r"(?:smtp|server)[ -]?(?:code|コード|код)[^\d\n]{0,24}([245][0-5]\d)\b|code smtp ?: ?([245][0-5]\d)\b", re.I
)
_LEADING_CODE = re.compile(
    r"(?:^|[:;,>'\"`\[(|][ \t]*|"
    r"\b(?:said|says|reply|response|error|code|returned|status|reason|with|reports?|smtp|failed) +)"
    r"([245][0-5]\d)(?=[ \t:;,.)\]\"'-]|$)(?!\.\d)"
    r"(?! ?(?:mails?|e-?mails|messages|recipients|credits|seconds|bytes|kb|mb)\b)",
    re.I,
)
_LONE_STATUS = re.compile(rf"(?:^|(?<=[\s(\[#:;'\"<,-])){_STATUS}(?![\w.]*\d)")
_VERSION_BEFORE = re.compile(
    r"(?:php|exim|postfix|sendmail|openssl|version|wordpress|ver|release|phpmailer)[ /v]{0,3}$", re.I
)
_HTTP = re.compile(
    r"(?:\bhttp(?:/[\d.]{1,3})?(?: status| response| error)?(?: code)?|\bstatus(?: code)?|\bresulted in a|\bapi error|"
    r"\bresponse code|\bclient error)[ :=`(]{1,3}([45]\d\d)\b",
    re.I,
)
_HTTP_NAMES = re.compile(
    r"\b(?:400 bad request|401 unauthori[sz]ed|402 payment required|403 forbidden|404 not found|422 unprocessable|"
    r"429 too many requests|500 internal server error|503 service unavailable)\b",
    re.I,
)
_API = re.compile(r"\bstatus=[45]\d\d\b|\bcode=[45]\d\d\b|\berrorcode=\d+|https://(?:api|graph|gmail)\.[\w.-]+/", re.I)

# What stands before an @ is a name, not a statement: spam@, userunknown@, hashed-…@.
_LOCAL_PART = re.compile(r"\b(?!wordpress@)[\w.+=-]{1,64}@")
_COMMAND = r"(ehlo|helo|starttls|auth|mail from|mail|rcpt to|rcpt|data end|data|end of data|text|initial connection)"
_IN_REPLY_TO = re.compile(
    r"in (?:reply|response) to (?:the )?(end of data|[a-z]+(?: from| to)?)|"  # Postfix
    rf"(?:error from remote (?:mail )?(?:server|mailer) )(?:after|for) (?:a )?(?:pipelined )?{_COMMAND}\b|"  # Exim, GMX
    rf"\b{_COMMAND} command failed|"  # PHPMailer
    r"\[(rcpt_to|mail_from|data|eom|helo|ehlo|connect)\]|"  # Yahoo
    r"did not like our (?:final )?(rcpt to|mail from|data|ehlo|helo)|"  # DragonFly
    r"server response to (rcpt|mail|data)|"
    r"(does not like (?:recipient|sender)|failed after i sent the message)|"  # qmail
    r"(password command failed|username command failed|user & password command failed|oauth token command failed)"
)
_WORDS_FOR = {
    "text": "end_of_data",
    "initial connection": "greeting",
    "connect": "connect",
    "does not like recipient": "rcpt",
    "does not like sender": "mail",
    "failed after i sent the message": "end_of_data",
}
_STAGE_OF_SENTENCE = {
    "authenticate": "auth",
    "from": "mail",
    "recipients": "rcpt",
    "data": "end_of_data",
    "connect": "",
}


@dataclass(frozen=True)
class Said:
    """One refusal, taken apart. `folded` is what rules look at."""

    text: str
    folded: str
    basic_code: int | None
    enhanced_status: str
    stage: str
    http_status: int | None
    sentences: frozenset[str]  # steps that PHPMailer's own sentences name
    accepted: bool = False


def stage_named(name: str) -> str:
    """The stage that people call *name*; "" for what is none."""
    key = " ".join(name.strip().lower().replace("-", " ").split())
    key = _ALSO_CALLED.get(key, key.replace(" ", "_"))
    return key if key in STAGES else ""


def take_apart(text: str, stage: str = "") -> Said:
    """Codes and stage of *text*; a dialogue in it wins over the words beside it."""
    plain, had_body = unwrap(text)
    dialogue = read_dialogue(plain)
    if dialogue is None:
        said = _parts(one_line(plain), stage_named(stage), fold(plain))
        return replace(said, stage="api") if had_body and not said.stage and said.basic_code is None else said
    if refusal := dialogue.refusal:
        said = _parts(one_line(refusal.text), refusal.stage, fold(dialogue.beside))
        return replace(said, basic_code=refusal.code, http_status=None)
    if accepted := dialogue.accepted:
        said = _parts(one_line(accepted.text), accepted.stage, "")
        return replace(said, basic_code=accepted.code, accepted=True)
    said = _parts(one_line(dialogue.beside), stage_named(stage) or dialogue.unanswered, fold(dialogue.beside))
    return said if said.text else replace(said, text=one_line(plain))


def _parts(text: str, stage: str, around: str) -> Said:
    folded = _LOCAL_PART.sub("someone@", fold(text)[: HEAD + TAIL])[: HEAD + TAIL]  # some letters unfold into eighteen
    folded = folded.replace("smtp server error:", "smtp server said:")  # PHPMailer's label, no statement about it
    sentences = mailer_says(folded) | mailer_says(around)
    code, status = _codes(text)
    http = _http_status(folded) if code is None or _HTTP_NAMES.search(folded) else None
    if http is not None:
        code = None
    stage = stage or ("api" if http is not None or _API.search(folded) else _stage(folded, code, sentences))
    return Said(text, folded, code, status, stage, http, sentences)


def _codes(text: str) -> tuple[int | None, str]:
    if both := _CODE_AND_STATUS.search(text):
        return int(both[1] + both[2]), both[3]
    code = _MAILERS_CODE.search(text) or _LEADING_CODE.search(text)
    number = int(next(group for group in code.groups() if group)) if code else None
    for match in _LONE_STATUS.finditer(text):
        fits = number is None or match[1] == str(number)[0]
        if fits and not _VERSION_BEFORE.search(text, max(0, match.start() - 20), match.start()):
            return number, match[0]
    return number, ""


def _http_status(folded: str) -> int | None:
    if match := _HTTP.search(folded):
        return int(match[1])
    if match := _HTTP_NAMES.search(folded):
        return int(match[0][:3])
    return None


def _stage(folded: str, code: int | None, sentences: frozenset[str]) -> str:
    if match := _IN_REPLY_TO.search(folded):
        words = next(group for group in match.groups() if group)
        if "command failed" in words:
            return "auth"
        return _WORDS_FOR.get(words) or stage_named(words.replace("_", " "))
    if code in (534, 535):
        return "auth"
    named = {_STAGE_OF_SENTENCE[each] for each in sentences if each in _STAGE_OF_SENTENCE} - {""}
    return named.pop() if len(named) == 1 else ""
