"""What Landlock is told: it only knows what is allowed, so what is covered is said by all that lies beside it."""

from __future__ import annotations

from bis.launch.sandbox.landlock import uncovered

TREE = {
    "/": ["bin", "dev", "home", "opt", "tmp", "usr", "var"],
    "/home": ["other", "u"],
    "/var": ["lib", "tmp"],
}


TEMPORARY = ["/tmp", "/var/tmp"]  # noqa: S108 (names)


def listed(folder: str) -> list[str]:
    """What is in a folder; a covered one is never looked into."""
    return TREE[folder]


def test_all_that_is_not_covered_is_named_with_the_fewest_paths() -> None:
    """Folders above a covered one are taken apart; devices are allowed one by one elsewhere."""
    assert uncovered(["/home/u", *TEMPORARY], listed) == ["/bin", "/home/other", "/opt", "/usr", "/var/lib"]


def test_what_lies_in_a_covered_folder_is_covered_with_it() -> None:
    """Two covers, one in the other, are as the outer one."""
    assert uncovered(["/home", "/home/u"], listed) == ["/bin", "/opt", TEMPORARY[0], "/usr", "/var"]
