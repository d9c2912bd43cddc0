"""Listings of projects, from folders and from CSV files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bis.corpus.projects import ProjectSource, listing_of, parse_repository, projects_below, projects_in
from bis.errors import NotFound, UsageError
from bis.model.progress import Note

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def repository(path: Path) -> Path:
    """A folder that looks like a work tree of git."""
    (path / ".git").mkdir(parents=True)
    (path / ".git" / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
    return path


def names(folder: Path) -> list[str]:
    """The names of the projects below a folder."""
    return [source.name for source in projects_below(folder)]


def test_each_folder_is_a_project(tmp_path: Path) -> None:
    """In alphabetical order; files, hidden folders and links are none."""
    for name in ("b", "a", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "file.py").touch()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert names(tmp_path) == ["a", "b"]


def test_repositories_are_not_looked_into(tmp_path: Path) -> None:
    """A repository with repositories in it is one project, and so is a project's folder with files."""
    repository(repository(tmp_path / "outer") / "inner")
    repository(tmp_path / "with files" / "inner")
    (tmp_path / "with files" / "a.py").touch()
    assert names(tmp_path) == ["outer", "with files"]


def test_owners_are_looked_into(tmp_path: Path) -> None:
    """``host/owner/name`` gives the projects their long names; so does a worktree, whose mark is a file."""
    repository(tmp_path / "github.com" / "o" / "n")
    (tmp_path / "github.com" / "o" / "m").mkdir()
    repository(tmp_path / "p" / "q")
    (tmp_path / "p" / "w").mkdir()
    (tmp_path / "p" / "w" / ".git").write_text("gitdir: elsewhere\n", encoding="ascii")
    assert names(tmp_path) == ["github.com/o/m", "github.com/o/n", "p/q", "p/w"]


def test_repositories_too_deep_make_no_owners(tmp_path: Path) -> None:
    """Below three levels nothing is looked for: the top folder is the project then."""
    repository(tmp_path / "a" / "b" / "c" / "d")
    assert names(tmp_path) == ["a"]


def test_folders_of_results_are_left_out(tmp_path: Path) -> None:
    """The folder that results go to may lie among the projects, and is none."""
    for name in ("a", "results"):
        (tmp_path / name).mkdir()
    listing = listing_of(tmp_path, leave_out=[tmp_path / "a" / ".." / "results"])
    assert [s.name for s in listing] == ["a"]
    assert listing.total is None


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """It is said, with what to name instead."""
    with pytest.raises(NotFound, match="cannot be listed"):
        list(projects_below(tmp_path / "none"))
    with pytest.raises(NotFound, match="cannot be read"):
        listing_of(tmp_path / "none")


def test_a_csv_file(tmp_path: Path) -> None:
    """A mark at the beginning, Windows' line ends, quotes, blank lines and further columns do no harm."""
    path = tmp_path / "p.csv"
    path.write_bytes(
        b'\xef\xbb\xbfRepository,stars, commit\r\no/n,5,%b\r\n\r\n"o/m","1,000",\r\n./local,,\r\n' % COMMIT.encode()
    )
    listing = projects_in(path)
    assert list(listing) == [
        ProjectSource("o/n", url="https://github.com/o/n", commit=COMMIT),
        ProjectSource("o/m", url="https://github.com/o/m"),
        ProjectSource("local", url=(tmp_path / "local").as_uri()),
    ]
    assert (listing.total, listing.notes) == (3, ())


def test_projects_named_twice_are_taken_once(tmp_path: Path) -> None:
    """Under whatever spelling; at another commit it is another project."""
    path = tmp_path / "p.csv"
    path.write_text(
        f"repository,commit\no/n,\nhttps://github.com/O/n.git,\no/n,{COMMIT}\nhttps://www.github.com/o/n/,{COMMIT}\n",
        encoding="utf-8",
    )
    listing = projects_in(path)
    assert [s.commit for s in listing] == [None, COMMIT]
    assert listing.total == 2
    assert listing.notes == (Note("repeated-projects", {"projects": "O/n (lines 2 and 3); o/n (lines 4 and 5)"}),)


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    """All at once, so that the file is repaired once."""
    path = tmp_path / "p.csv"
    path.write_text(
        f"repository,commit\no/n,abc\n,{COMMIT}\n--upload-pack=x,\next::sh -c x,\no/..,\nftp://h/x,\n"
        "https://me:secret@h/x,\nhttps://h/../x,\no/n,\n",
        encoding="utf-8",
    )
    with pytest.raises(UsageError) as raised:
        projects_in(path)
    message = raised.value.message
    assert [n for n in range(1, 12) if f"line {n}:" in message] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert "has 8 faults" in message
    assert "secret" not in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "found nothing"),
        (b"name;commit\n", "expected a column `repository`, found name;commit"),
        (b"repository\n\xff\n", "not in UTF-8"),
        (b'repository\no/n\n"o/m\n', "line 3: unexpected end of data"),
        (b"repository\n" + b"x" * 200_000 + b"\n", "line 2: field larger"),
    ],
)
def test_files_that_are_no_lists(tmp_path: Path, content: bytes, said: str) -> None:
    """Each says what is wrong with it."""
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        projects_in(path)


@pytest.mark.parametrize(
    ("text", "name", "url"),
    [
        ("o/n.git", "o/n", "https://github.com/o/n"),
        ("https://gitlab.com/g/s/n.git", "gitlab.com/g/s/n", "https://gitlab.com/g/s/n.git"),
        ("git@github.com:o/n.git", "o/n", "git@github.com:o/n.git"),
        ("ssh://git@h.org:22/n", "h.org/n", "ssh://git@h.org:22/n"),
        ("file:///srv/a%20b.git", "srv/a b", "file:///srv/a%20b.git"),
        ("/srv/../srv/c.git", "srv/c", "file:///srv/c.git"),
        ("../d", "d", "file:///d"),
    ],
)
def test_forms_of_repositories(text: str, name: str, url: str) -> None:
    """Each form has a name that is unique, and a URL for git."""
    assert parse_repository(text, base=Path("/lists")) == (name, url)


@pytest.mark.parametrize(
    "text",
    ["", "x", "a b/c", "-o/n", "o/n\0", "ext::sh", "fd::3", "h:-x", "https:///n", "https://-h/n", "https://h/", "https://[h/n",
     "file://other/x", "git://h/n", "h.org:../x"],
)  # fmt: skip
def test_what_is_no_repository(text: str) -> None:
    """Nothing that git could take for an option or a program gets past."""
    with pytest.raises(ValueError, match=r"."):
        parse_repository(text, base=Path("/lists"))


def test_the_first_projects(tmp_path: Path) -> None:
    """So many of a folder, in its order; without a number all."""
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    listing = listing_of(tmp_path)
    assert [p.name for p in listing.first(2)] == ["a", "b"]
    assert [p.name for p in listing.first(None)] == ["a", "b", "c"]
