"""Secrets of targets: from the environment, the configuration, or a file that nobody else can read."""

import stat
from pathlib import Path

from pydantic import SecretStr

from dengar.errors import AuthExpired


def read_secret(secret: SecretStr | None, path: Path | None) -> str:
    """Give the secret, empty when none is set; raises AuthExpired for a file that others can read, or nobody."""
    if secret is not None:
        return secret.get_secret_value()
    if path is None:
        return ""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise AuthExpired(f"{path} can be read by others: run chmod 600 {path}.")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AuthExpired(f"{path} cannot be read: {error}.") from error
