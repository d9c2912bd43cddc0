"""Passwords behind short options (``-p``, ``-u me:password``), which mean a port or a user as often."""

from __future__ import annotations

import re

_OPTION = "-p"
_LOGIN_OPTIONS = frozenset({"-u", "--user", "--proxy-user", "--auth", "--login", "--basic-auth"})
_LEAST = 8
_LEAST_KINDS = 3
_LOGIN = re.compile(r"(?P<user>[\w.@+-]{1,128}):(?P<password>[^\s/]{4,512})")
_LETTERS_AND_DIGITS = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))
_SIGN = re.compile(r"[^\w./:=,-]")


def password_behind(option: str, value: str) -> str:
    """The password in the value of a short option; empty where there is none.

    Behind ``-p`` stand ports, paths, prefixes, names of models: only what mixes letters, digits and other signs, as
    passwords have to, is taken for one.

    Examples
    --------
    >>> password_behind("-p", "8080"), password_behind("-p", "resnet50"), password_behind("-p", "Tr0ub4dor&3")
    ('', '', 'Tr0ub4dor&3')
    >>> password_behind("-u", "me:hunter2"), password_behind("--user", "localhost:8080")
    ('hunter2', '')
    """
    if option == _OPTION and _is_mixed(value):
        return value
    login = _LOGIN.fullmatch(value) if option in _LOGIN_OPTIONS else None
    return login["password"] if login is not None and not login["password"].isdecimal() else ""


def joined_password(argument: str) -> str:
    """The password of ``-pPASSWORD``; empty where it is none."""
    value = argument.removeprefix(_OPTION)
    return value if value != argument and _is_mixed(value) else ""


def _is_mixed(value: str) -> bool:
    """Whether a text has characters of three kinds, signs among them, and is no path, option or assignment."""
    if len(value) < _LEAST or value[0] in "-./~<" or "/" in value or "=" in value or not _SIGN.search(value):
        return False
    return sum(kind.search(value) is not None for kind in (*_LETTERS_AND_DIGITS, _SIGN)) >= _LEAST_KINDS
