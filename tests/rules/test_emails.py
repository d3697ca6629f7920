"""E-mails are read as people write them into cells, and in one way everywhere."""

from __future__ import annotations

import pytest

from shopinf.people.emails import folded_email, is_email, is_public, read_emails


@pytest.mark.parametrize(
    ("text", "emails"),
    [
        ("ann@post.example", ["ann@post.example"]),
        ("ann@intranet", ["ann@intranet"]),
        ("Ann.B+ig@Post.Example", ["Ann.B+ig@Post.Example"]),
        ("o'neil@post.example", ["o'neil@post.example"]),
        ("Leo Ek <leo@post.example>; booking@post.example", ["leo@post.example", "booking@post.example"]),
        ("mia@post.example / mgmt@agency.example", ["mia@post.example", "mgmt@agency.example"]),
        ("zoe@post.example, ", ["zoe@post.example"]),
        ("mailto:ana@post.example?subject=Hi", ["ana@post.example"]),
        ('"Ann @ Home" <ann@post.example>', ["ann@post.example"]),
        ("ann\u200b@post.example\ufeff", ["ann@post.example"]),
        ("ann＠post.example", ["ann@post.example"]),
        ("'ann@post.example", ["ann@post.example"]),
        ("ann [at] post (dot) example", ["ann@post.example"]),
        ("ann@post.example.", ["ann@post.example"]),
        ("Write to ann@post.example.", ["ann@post.example"]),
        ("a@post.example\nb@post.example\na@post.example", ["a@post.example", "b@post.example"]),
        ("@maya", []),
        ("maya @ post", []),
        ("a@b@c.example", []),
        ("Not Found", []),
        ("", []),
    ],
)
def test_the_emails_in_a_cell_are_found(text: str, emails: list[str]) -> None:
    assert read_emails(text) == emails
    assert all(is_email(each) for each in emails)


@pytest.mark.parametrize(
    "text", ["maya", "@maya", "maya@", "a b@c.example", "a@b@c.example", "a@x.example,b@x.example", "", None]
)
def test_what_is_no_email_is_none(text: str | None) -> None:
    assert not is_email(text)


def test_spellings_of_one_mailbox_fold_together() -> None:
    assert folded_email(" Ann.B+shop@GoogleMail.com ") == folded_email("annb@gmail.com")
    assert folded_email("a.b@post.example") != folded_email("ab@post.example")


@pytest.mark.parametrize(
    ("text", "reachable"),
    [
        ("ann@post.example", True),
        (" ann@post.example ", True),
        ("ann@intranet", False),
        ("=ann@post.example", False),
        ("ann@post.", False),
        ('ann"@post.example', False),
        ("Ann <ann@post.example>", False),
    ],
)
def test_whoever_is_paid_at_an_email_needs_one_in_the_world(text: str, reachable: bool) -> None:
    assert is_public(text) is reachable
