"""Proofs of who sent a delivery."""

import hashlib
import hmac


def sign(secret: str, body: bytes) -> str:
    """Give the HMAC-SHA256 of the raw bytes in hex, as X-Hub-Signature-256 and its like carry it."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_same(given: str, wanted: str) -> bool:
    """Compare a proof in a time that tells nothing of where it differs."""
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())
