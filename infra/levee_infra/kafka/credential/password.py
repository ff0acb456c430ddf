"""Passwords that levee makes: strong, printable everywhere, shown nowhere."""

import hmac
import secrets
import string
from typing import Final, Never

ALPHABET: Final = string.ascii_letters + string.digits
"""Needs no quoting in a properties file, a JAAS line, JSON or a shell, and SASLprep leaves it alone."""

LENGTH: Final = 44
"""Characters; 62 ** 44 is a little over 2 ** 261, more than the 256 bits that HMAC-SHA-512 can hold apart."""


class Password:
    """A password in memory. ``str``, ``repr``, formatting and pickling never give it away; :meth:`reveal`
    does.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the clear text, for a store, a hash or a login; never for output."""
        return self._text

    def __repr__(self) -> str:
        return "[password]"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Password):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    __hash__ = None  # type: ignore[assignment]  # a hash of a password is a hint at it

    def __reduce__(self) -> Never:
        raise TypeError("a password is not pickled")


def generate_password() -> Password:
    """Make a password from the operating system's randomness."""
    return Password("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))
