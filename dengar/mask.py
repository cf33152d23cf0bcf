"""Personal data leaves the text before anyone can search it: identity numbers, phones, plates, e-mails, accounts."""

import re

# Every quantifier is bounded, so that the time is linear whatever the text.
_PLATE_REGIONS = "A[ABDEG]?|B[ABDEGHKLMNP]?|D[ABCDEGHKLMNRST]?|E[ABD]?|F|G|H|K[BHTU]?|L|M|N|P[AB]?|R|S|T|W|Z"
_PATTERNS = {
    "url": r"https?://\S{1,2000}",
    "email": r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}",
    "rekening": (
        r"(?:rek(?:ening)?|norek|BCA|BNI|BRI|BSI|Mandiri|CIMB|Danamon|Permata|Bank\s+DKI)\b\.?"
        r"[^\d\n]{0,20}\d(?:[ .-]?\d){7,17}"
    ),
    "NIK": r"(?<!\d)\d{4}(?:[ .-]?\d{4}){3}(?!\d)",
    "telepon": (
        r"(?<![\d.,])(?:\+?62|0)[ .-]?8\d{1,3}(?:[ .-]?[\dx]){5,10}(?!\d)"
        r"|\(0\d{2,3}\)[ -]?\d{5,8}(?!\d)|(?<![\d.,-])0\d{2,3}[ -]\d{6,8}(?!\d)"
    ),
    "plat": rf"\b(?:{_PLATE_REGIONS})(?:[ -]\d{{3,4}}[ -]|\d{{1,4}})[A-Z]{{1,3}}\b|\bb ?\d{{4}} ?[a-z]{{2,3}}\b",
    "nomor": r"(?<![\w.,])\d{10,20}(?![\d.,]\d|\d)",
}
_PERSONAL = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS.items()))
_HINT = re.compile(r"\d[ .-]?\d[ .-]?\d|[A-Za-z]\d|@|https?://")  # nothing personal is without one of these
_ACCOUNT_NUMBER = re.compile(r"\d(?:[ .-]?\d){7,17}$")
_PHONE_LINKS = ("wa.me/", "api.whatsapp.com/")


def mask(text: str) -> str:
    """Replace each piece of personal data by its kind in brackets: [NIK], [telepon], [plat], [email], ..."""
    return _PERSONAL.sub(_replace, text) if _HINT.search(text) else text


def _replace(match: re.Match[str]) -> str:
    kind = str(match.lastgroup)
    found = match.group()
    if kind == "url":
        return "[telepon]" if any(link in found for link in _PHONE_LINKS) else found
    if kind == "rekening":
        return _ACCOUNT_NUMBER.sub("[rekening]", found)
    return f"[{kind}]"
