"""What the words that a visitor reads after sending a form mean: thanks, an error, fields refused, or spam.

A form plugin's own class says it with certainty; where there is none, the words do, in the languages of most sites.
"""

from __future__ import annotations

import re

# The first kind whose words are there wins: "there was an error, your message has not been sent" is no thanks.
_WORDS: dict[str, tuple[str, ...]] = {
    "spam": (
        r"\bspam|robot\b|captcha|verification (?:failed|expired)|security (?:check|token)|are (?:you )?human|honeypot",
        r"blocked by|denied by|disallowed|invalid nonce|session (?:has )?expired|token (?:is|has|was)|nonce",
    ),
    "invalid": (
        r"(?:fields? have|field has) an error|is required|are required|required field|must be filled|fill (?:in|out)",
        r"please (?:enter|check|correct|select|complete|provide)|is (?:invalid|not valid)|too (?:short|long)",
        r"invalid (?:email|phone|date|value)|problem with your submission|must accept",
        r"pflichtfeld|bitte (?:überprüfen|füllen|geben|prüfen)|ungültig|erforderlich|fehlerhaft ausgefüllt",
        r"obligatoire|champs? .*(?:erreur|invalide)|obligatorio|campo requerido|no (?:es )?válid|obbligatori",
        r"verplicht|wymagane|مطلوب|إلزامي|غير صالح",
    ),
    "error": (
        r"\berror\b|failed|could not|couldn.t|cannot be sent|unable to|went wrong|try again|not (?:been )?sent",
        r"forbidden|access denied|not found|already (?:been )?submitted|limit (?:has been )?reached|too many",
        r"fehler|konnte nicht|nicht gesendet|erreur|échec|impossible|problème|no se (?:pudo|ha podido)|ha ocurrido",
        r"errore|non è stato possibile|mislukt|fout\b|błąd|خطأ|تعذر|فشل",
    ),
    "thanks": (
        r"thank|received|has been sent|was sent|successfully|success\b|we.ll (?:get|be) (?:back|in touch)|submitted",
        r"get back to you|message sent|awaiting moderation|check your e-?mail",
        r"danke|vielen dank|gesendet|erhalten|erfolgreich|merci|bien (?:été )?(?:reçu|envoyé)|gracias|enviad[oa]",
        r"recibid[oa]|grazie|inviat[oa]|ricevut[oa]|bedankt|verzonden|obrigad|dziękuj|wysłan|tack\b|takk\b|kiitos",
        r"děkuj|köszön|teşekkür|спасибо|дякуємо|شكر|تم (?:إرسال|استلام|الإرسال)|ありがとう|谢谢",
    ),
}
_KINDS = tuple((kind, re.compile("|".join(words), re.IGNORECASE)) for kind, words in _WORDS.items())
# Thanks may go on about errors: "Thank you, the form was sent without error".
_BEGINS_WITH_THANKS = re.compile(
    r"\W*(?:thank|danke|vielen|merci|gracias|grazie|bedankt|شكر|your message (?:has been|was) sent)", re.IGNORECASE
)


def kind_of(text: str) -> str:
    """Which of "thanks", "error", "invalid", "spam" *text* is; "none" for words that say none of it."""
    kinds = [kind for kind, words in _KINDS if words.search(text)]
    if "thanks" in kinds and _BEGINS_WITH_THANKS.match(text):
        return "thanks"
    return kinds[0] if kinds else "none"
