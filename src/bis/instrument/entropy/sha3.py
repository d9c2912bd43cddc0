"""SHA-3 without OpenSSL: the interpreter's own module loads in 0.2 ms, `hashlib` in 3 ms."""

from __future__ import annotations

try:
    from _sha3 import sha3_256, shake_256  # type: ignore[import-not-found]  # private, hence without stubs
except ImportError:  # an interpreter built without its own hash modules
    from hashlib import sha3_256, shake_256

__all__ = ["sha3_256", "shake_256"]
