"""Handles: what somebody calls themselves on a platform, read from `@maya` or from the address of a profile.

An address that is no profile (a post, a video, a short link, a page of the platform's own) has no handle in it: who it
belongs to is unknown, and no word of it is anybody's name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import unquote

from shopinf.errors import BadInput
from shopinf.nearest import did_you_mean


@dataclass(frozen=True, slots=True)
class Site:
    """A platform's pages: where they are, and which words of an address are no names."""

    platform: str
    hosts: str
    before: str = ""  # words that stand before a name: snapchat.com/add/NAME
    never: str = ""  # words that stand where a name would, and are none
    only_before: bool = False  # does a name stand nowhere but behind such a word?
    never_behind: str = ""  # words that even there are no names
    address: str | None = None  # of a profile, where the handle makes it


SITES = (
    Site(
        "instagram",
        "instagram.com instagr.am",
        before="_u stories",
        never="_n p reel reels tv s share explore accounts direct about legal developer web ar popular "
        "challenge directory invites qr lite",
        never_behind="highlights",
        address="https://www.instagram.com/{}",
    ),
    Site(
        "tiktok",
        "tiktok.com",
        never="t v video music tag discover search foryou following explore live embed trending amp place channel "
        "about legal login signup upload messages business creators share",
        address="https://www.tiktok.com/@{}",
    ),
    Site(
        "youtube",
        "youtube.com",
        before="c user channel",
        never="watch shorts playlist results feed hashtag live embed v e clip post redirect attribution_link t intl "
        "about premium gaming trending kids creators account signin upload share oembed channels movies music "
        "live_chat source ads yt s podcasts",
        address="https://www.youtube.com/@{}",
    ),
    Site("youtube", "youtu.be yt.be", only_before=True),  # nothing but short links to videos
    Site(
        "twitch",
        "twitch.tv",
        never="videos video directory clip clips collections settings p search downloads jobs turbo store popout "
        "subscriptions inventory wallet drops prime following team login signup",
        address="https://www.twitch.tv/{}",
    ),
    Site(
        "twitter",
        "twitter.com x.com",
        never="i intent search hashtag home share explore settings messages notifications compose login signup jobs "
        "tos privacy about account who_to_follow widgets statuses",
        address="https://x.com/{}",
    ),
    Site(
        "pinterest",
        "pinterest.com pinterest.de pinterest.fr pinterest.es pinterest.it pinterest.at pinterest.ch pinterest.ca "
        "pinterest.se pinterest.pt pinterest.nz pinterest.ie pinterest.dk pinterest.co.uk pinterest.co.kr "
        "pinterest.com.au pinterest.com.mx pinterest.jp pinterest.cl",
        never="pin ideas search today explore categories _ business settings resource topics discover shopping about "
        "login password video",
        address="https://www.pinterest.com/{}",
    ),
    Site("pinterest", "pin.it", only_before=True),
    Site(
        "facebook",
        "facebook.com fb.com",
        never="people pages p watch reel reels groups group events event marketplace photo photos story stories "
        "permalink share sharer hashtag gaming login video videos public help pg media ads business policies privacy "
        "plugins dialog messages notes search",
    ),
    Site("facebook", "fb.watch", only_before=True),
    Site(
        "snapchat",
        "snapchat.com",
        before="add u",
        never="t p discover spotlight lens unlock story topic map explore download share lenses o web",
    ),
    Site("threads", "threads.net threads.com", never="t search login post tag custom_feed"),
    Site("linkedin", "linkedin.com", before="in company school showcase", only_before=True),
)
_AT = {host: site for site in SITES for host in site.hosts.split()}
_ADDRESSES = {site.platform: site.address for site in SITES if site.address}
_SPELLED = {"ig": "instagram", "insta": "instagram", "tt": "tiktok", "yt": "youtube", "x": "twitter", "fb": "facebook"}
_SPELLED |= {"twitterx": "twitter", "xtwitter": "twitter"}
MORE_PLATFORMS = frozenset({"tumblr", "mastodon", "bluesky"})  # whose addresses do not tell them
# An address: with its scheme, or a host and a path.
_URL = re.compile(r"([a-z][a-z0-9+.-]*://)?((?(1)[^/?#]*|[\w.-]+\.[a-z]{2,}(?=[/?#])))([^?#]*)", re.IGNORECASE)
_AROUND = "<>()[]'\",;"
# The same pages in other clothes: `www.`, `m.`, a language. Short links stand on hosts of their own, like `vm.`.
_CLOTHES = re.compile(r"((?!vm|vt)[a-z]{2}(-[a-z]{2})?|www|m|mobile|web|touch)\.")
# `Ana (@ana) | TikTok`, `@ana - IG`: what a page or a person says around a handle.
_TOLD = re.compile(
    r"(?:[^@]*\(@(?P<in>[\w.-]{1,100})\)|@(?P<bare>[\w.-]{1,100})\s+[-–|/])\s*[-–|/•]?\s*(?P<of>[\w ]*)\W*.*"
)
# A link as notebooks, pages and formulas hold it: `[@ana](https://…)`, `<a href="https://…">`, `=HYPERLINK("https://…"`.
_LINKED = re.compile(r"\[[^\]]*\]\((https?://\S+)\)|href=[\"'](https?://[^\"']+)|HYPERLINK\(\"(https?://[^\"]+)")
# `IG: ana`, `ana (TikTok)`, and what stands between several.
_BEFORE = re.compile(r"(?P<of>[^\W\d_]+(?: [^\W\d_]+)?)\s*(?::|\s[-–])\s*@?(?P<name>[\w.-]{1,100})")
_BEHIND = re.compile(r"@?(?P<name>[\w.-]{1,100})\s*[(\[](?P<of>[\w ]+)[)\]]")
_BETWEEN = re.compile(r"[,;|\n]+|\s+/\s+|\s+(?:&|\+|and|und|y|e|et)\s+(?=@|https?://)|(?<![:\s])\s+(?=https?://|@\w)")
_CHANNEL_ID = re.compile(r"UC[\w-]{22}")
_NAME = re.compile(r"@?[\w.·-]{1,100}")
_WORD = re.compile(r"@?\w+")  # a handle and nothing else, as most are
_SEVERAL = re.compile(r"[,;|\s]")  # without one of these a cell has one account


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote of an account: `handle` is empty where it does not say whose account it is."""

    handle: str
    platform: str | None = None
    address: str | None = None  # the link, where it is one
    elsewhere: bool = False  # is that a link to no platform that is known here?

    @property
    def is_no_profile(self) -> bool:
        """Is it a link, and not one to anybody's profile?"""
        return self.address is not None and not self.handle


def read_handle(text: str, platform: str | None = None) -> Written:
    """The account in *text*: `maya`, `@maya`, `instagram.com/maya/` or `https://www.tiktok.com/@maya?lang=en`.

    An address of a platform says itself which one it is; of any other address there is no handle.
    """
    word = _shown(text).strip()
    if _WORD.fullmatch(word) is not None:
        return Written(word.lstrip("@"), platform)
    if (linked := _LINKED.search(word)) is not None:
        word = next(each for each in linked.groups() if each)
    if (told := _TOLD.fullmatch(word)) is not None:
        of = read_platform(told["of"] or "")
        return Written(told["in"] or told["bare"], of if of in platform_names() else platform)
    if (labelled := _labelled(word)) is not None:
        return Written(*labelled)
    word = word.strip(_AROUND).removeprefix("//").strip()
    found = _URL.match(word)
    if found is None and ("@" in word or _site(word) is None):
        return Written(word.lstrip("@").strip().rstrip("/"), platform)
    url = word if "://" in word else f"https://{word}"
    host, path = (found[2], found[3]) if found else (word, "")
    site = _site(host)
    if site is None:
        return Written("", platform, url, elsewhere=True)
    return Written(_name_in([unquote(part) for part in path.split("/") if part], site), site.platform, url)


def split_accounts(text: str) -> list[str]:
    """Several accounts in one cell, each by its link, its @ or its platform; anything else is one."""
    if _SEVERAL.search(text) is None:
        return [text]
    parts = [part for each in _BETWEEN.split(text) if (part := each.strip(" ,;|"))]
    return parts if len(parts) > 1 and all(map(_is_signed, parts)) else [text]


def _is_signed(part: str) -> bool:
    written = read_handle(part)
    return written.address is not None or re.match(r"@\w", part) is not None or _labelled(_shown(part)) is not None


def _labelled(word: str) -> tuple[str, str] | None:
    """The handle and the platform in `IG: mia` and `mia (TikTok)`."""
    if (found := _BEFORE.fullmatch(word) or _BEHIND.fullmatch(word)) and read_platform(found["of"]) in platform_names():
        return found["name"], str(read_platform(found["of"]))
    return None


def _shown(text: str) -> str:
    """*text* in plain letters, without what cannot be seen."""
    if text.isascii():
        return text
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")


def _site(host: str) -> Site | None:
    """Whose pages are at *host*?"""
    name = host.casefold().rpartition("@")[2].partition(":")[0].rstrip(".")
    while (site := _AT.get(name)) is None and (worn := _CLOTHES.match(name)):
        name = name[worn.end() :]
    return site


def _name_in(parts: list[str], site: Site) -> str:
    """The name among the parts of a path; empty where none is."""
    behind = bool(parts) and parts[0].casefold() in _words(site.before)
    parts = parts[1:] if behind else parts
    if not parts or (site.only_before and not behind):
        return ""
    word = parts[0].strip()
    never = site.never_behind if behind else site.never
    if not _NAME.fullmatch(word) or word.casefold() in _words(never) or word.endswith(".php"):
        return ""
    return word.lstrip("@")


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def is_channel_id(handle: str) -> bool:
    """Is it the number that YouTube gives a channel, which is nobody's name?"""
    return _CHANNEL_ID.fullmatch(handle) is not None


@lru_cache(maxsize=1024)
def read_platform(text: str) -> str | None:
    """A platform as we call it: `IG`, `Instagram`, `YouTube`; what is none of ours stays as it is, in lower case."""
    word = re.sub(r"[^a-z0-9]", "", text.casefold())
    return _SPELLED.get(word, word) if word else None


def read_platforms(texts: Iterable[str]) -> frozenset[str]:
    """The platforms of `--platform` options; one that nobody knows is a slip of the pen."""
    found = set()
    for word in (word for text in texts for word in text.split(",") if word.strip()):
        name = read_platform(word)
        if name is None or name not in (*platform_names(), *MORE_PLATFORMS):
            names = f"Choose one of {', '.join(platform_names())}."
            raise BadInput(f"{word.strip()!r} is not a platform", hint=did_you_mean(word, platform_names(), names))
        found.add(name)
    return frozenset(found)


def platform_names() -> list[str]:
    """The platforms that profile addresses are recognised of."""
    return list(dict.fromkeys(site.platform for site in SITES))


def is_known_platform(name: str) -> bool:
    return any(site.platform == name for site in SITES)


def profile_address(platform: str | None, handle: str) -> str | None:
    """Where the account is found, where handles make addresses."""
    pattern = _ADDRESSES.get(platform or "")
    return pattern.format(handle) if pattern and re.fullmatch(r"[\w.\-]+", handle) else None
