"""The influencer that was typed: by id, @handle, e-mail, or the link of a profile, the same in every command."""

from __future__ import annotations

from dataclasses import dataclass

from shopinf.errors import BadInput
from shopinf.people.emails import local_part, read_emails
from shopinf.people.handles import Written, read_handle
from shopinf.people.influencers import Named, Source

NO_PROFILE = "Give an id, @handle or e-mail, or the link of a profile; a post, a video or a short link names nobody."


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed where an influencer is asked for."""

    text: str
    email: str | None
    written: Written

    @property
    def named(self) -> Named:
        """Somebody new, called by what was typed."""
        if self.email:
            return Named(local_part(self.email), Source.EMAIL, email=self.email)
        if self.written.is_no_profile:
            raise BadInput(f"{self.text} is not the link of a profile", hint=NO_PROFILE)
        if not self.written.handle:
            raise BadInput("No influencer was named", hint="Give an id, @handle, e-mail or profile link, like maya.")
        return Named(self.written.handle, Source.INFLUENCER)


def read_typed(text: str) -> Typed:
    """What *text* says of an influencer."""
    emails = read_emails(text) if "@" in text.strip()[1:] else []
    if len(emails) == 1 and read_handle(text).address is None:
        return Typed(text.strip(), emails[0], Written(""))
    return Typed(text.strip(), None, read_handle(text))
