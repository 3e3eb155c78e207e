"""Short personal texts at rest: encrypted under the newest of the server's keys, readable under all of them."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class UnreadableText(Exception):
    """None of the present keys reads a stored text: a key was lost, or the row tampered with."""


def encrypt_text(text: str, keys: Sequence[str]) -> str:
    """The text as it is stored: Fernet (AES-128-CBC with HMAC-SHA-256) under the newest key, `keys[0]`."""
    return _cipher(keys).encrypt(text.encode()).decode()


def decrypt_text(stored: str, keys: Sequence[str]) -> str:
    """The text, under whichever of the keys it was encrypted; raises UnreadableText."""
    try:
        return _cipher(keys).decrypt(stored.encode()).decode()
    except InvalidToken:
        raise UnreadableText from None


def rotate_text(stored: str, keys: Sequence[str]) -> str:
    """The same text under the newest key; raises UnreadableText."""
    try:
        return _cipher(keys).rotate(stored.encode()).decode()
    except InvalidToken:
        raise UnreadableText from None


def _cipher(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
