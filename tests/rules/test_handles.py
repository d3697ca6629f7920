"""What was written of an account is read in one way: a handle, the address of a profile, or neither."""

from __future__ import annotations

import pytest

from shopinf.people.handles import read_handle

PROFILES = {
    "@maya": (None, "maya"),
    "maya.lind": (None, "maya.lind"),
    " ＠ｍａｙａ ": (None, "maya"),
    "\u200b@maya\u200b": (None, "maya"),
    "https://www.instagram.com/maya.lind/?hl=de": ("instagram", "maya.lind"),
    "instagram.com/maya/reels/": ("instagram", "maya"),
    "https://www.instagram.com/maya/p/C0ffee/": ("instagram", "maya"),
    "https://www.instagram.com/_u/mia.lind": ("instagram", "mia.lind"),
    "https://www.instagram.com/stories/maya/3141592653/": ("instagram", "maya"),
    "HTTPS://WWW.INSTAGRAM.COM/Maya": ("instagram", "Maya"),
    "tiktok.com/@maya": ("tiktok", "maya"),
    "https://www.tiktok.com/@maya/video/7301": ("tiktok", "maya"),
    "https://www.tiktok.com/@live": ("tiktok", "live"),
    "https://m.youtube.com/channel/UC123/videos": ("youtube", "UC123"),
    "https://www.youtube.com/@maya/shorts": ("youtube", "maya"),
    "youtube.com/c/gaming": ("youtube", "gaming"),
    "youtube.com/user/maya": ("youtube", "maya"),
    "https://mobile.twitter.com/maya/status/1": ("twitter", "maya"),
    "https://x.com/maya": ("twitter", "maya"),
    "snapchat.com/add/maya": ("snapchat", "maya"),
    "https://www.snapchat.com/@maya": ("snapchat", "maya"),
    "https://www.facebook.com/maya.lind/posts/12": ("facebook", "maya.lind"),
    "https://de-de.facebook.com/maya.lind": ("facebook", "maya.lind"),
    "https://de.pinterest.com/maya/rooms/": ("pinterest", "maya"),
    "https://www.threads.com/@maya/post/C0ffee": ("threads", "maya"),
    "https://uk.linkedin.com/in/maya-lind": ("linkedin", "maya-lind"),
    "https://www.twitch.tv/maya/clip/Abc": ("twitch", "maya"),
}
NO_PROFILES = {
    "https://www.instagram.com/_u/": "instagram",
    "https://www.instagram.com/reel/C0ffee/": "instagram",
    "https://www.instagram.com/reels/C0ffee/": "instagram",
    "https://www.instagram.com/p/C0ffee/": "instagram",
    "https://www.instagram.com/tv/C0ffee/": "instagram",
    "https://www.instagram.com/explore/tags/maya/": "instagram",
    "https://www.instagram.com/stories/highlights/179/": "instagram",
    "https://www.instagram.com/share/BAA": "instagram",
    "https://www.instagram.com/": "instagram",
    "instagram.com": "instagram",
    "https://www.tiktok.com/t/ZTd1/": "tiktok",
    "https://www.tiktok.com/discover/maya": "tiktok",
    "https://vm.tiktok.com/ZMe1/": None,
    "https://vt.tiktok.com/ZSe1/": None,
    "https://www.youtube.com/watch?v=dQw4": "youtube",
    "https://www.youtube.com/shorts/dQw4": "youtube",
    "https://www.youtube.com/playlist?list=PL1": "youtube",
    "youtube.com/intl/en/about": "youtube",
    "https://www.youtube.com/user/": "youtube",
    "https://youtu.be/dQw4": "youtube",
    "https://x.com/i/user/44196397": "twitter",
    "https://twitter.com/intent/user?screen_name=": "twitter",
    "https://twitter.com/intent/follow": "twitter",
    "https://x.com/search?q=maya": "twitter",
    "https://x.com/hashtag/maya": "twitter",
    "https://www.facebook.com/profile.php?id=100012": "facebook",
    "https://www.facebook.com/people/Maya-Lind/100012/": "facebook",
    "https://www.facebook.com/pages/Maya/100012": "facebook",
    "https://www.facebook.com/watch/?v=12": "facebook",
    "https://www.facebook.com/groups/maya": "facebook",
    "https://www.facebook.com/share/1A2b/": "facebook",
    "https://fb.watch/abc/": "facebook",
    "https://www.snapchat.com/t/AbC": "snapchat",
    "https://www.snapchat.com/add/": "snapchat",
    "https://www.pinterest.com/pin/12/": "pinterest",
    "https://pin.it/AbC": "pinterest",
    "https://www.threads.net/t/AbC": "threads",
    "https://www.linkedin.com/posts/maya-lind_1": "linkedin",
    "https://www.linkedin.com/feed/": "linkedin",
    "https://clips.twitch.tv/Abc": None,
    "https://www.twitch.tv/videos/12": "twitch",
    "https://linktr.ee/maya": None,
    "https://maya.example/about": None,
    "instagram://user?username=maya": None,
}


@pytest.mark.parametrize(("text", "meant"), PROFILES.items())
def test_a_handle_is_read_however_it_is_written(text: str, meant: tuple[str | None, str]) -> None:
    found = read_handle(text)
    assert (found.platform, found.handle) == meant
    assert not found.is_no_profile


@pytest.mark.parametrize(("text", "platform"), NO_PROFILES.items())
def test_an_address_that_is_no_profile_is_nobodys_name(text: str, platform: str | None) -> None:
    found = read_handle(text)
    assert (found.platform, found.handle) == (platform, "")
    assert found.is_no_profile


def test_a_link_says_which_platform_it_is_whatever_the_column_says() -> None:
    assert read_handle("x.com/maya", "instagram").platform == "twitter"
    assert read_handle("@maya", "instagram").platform == "instagram"
    assert read_handle("").handle == ""
    assert not read_handle("").is_no_profile
