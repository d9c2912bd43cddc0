"""What stands behind short options: passwords, and what is as likely something else."""

from __future__ import annotations

import pytest

from bis.evidence.short_options import joined_password, password_behind


@pytest.mark.parametrize(
    ("option", "value", "password"),
    [
        ("-p", "Tr0ub4dor&3", "Tr0ub4dor&3"),
        ("-u", "me:hunter2", "hunter2"),
        ("--auth", "me@example.org:hunter2", "hunter2"),
        ("-p", "8080", ""),
        ("-p", "short1A", ""),
        ("-p", "/run/Secret_1", ""),
        ("-p", "lr=0.1A&b", ""),
        ("-u", "host:8080", ""),
        ("-u", "me", ""),
        ("-x", "Tr0ub4dor&3", ""),
        ("--user", "a:b", ""),
    ],
)
def test_passwords_behind_options(option: str, value: str, password: str) -> None:
    """Of a login only the password."""
    assert password_behind(option, value) == password


@pytest.mark.parametrize(
    ("argument", "password"),
    [("-pTr0ub4dor&3", "Tr0ub4dor&3"), ("-p8080", ""), ("-pResNet50", ""), ("-pretrained", ""), ("Tr0ub4dor&3", "")],
)
def test_passwords_that_are_joined_to_their_option(argument: str, password: str) -> None:
    """As of clients of MySQL; other options have long names behind one dash."""
    assert joined_password(argument) == password
