"""The countries that have a code of two letters, and codes that are often taken for one.

Source: ISO 3166-1 alpha-2 (https://www.iso.org/obp/ui/#search), in lower case, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_CODES: Final = (
    "ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz "
    "ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk fm fo "
    "fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je "
    "jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo "
    "mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw "
    "py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm "
    "tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)

COUNTRIES: Final = frozenset(_CODES.split())

NO_COUNTRIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ea": "it is reserved for Ceuta and Melilla; write es",
        "eea": "it is an area of several countries; write the one that the site stands in",
        "el": "it is the Union's own word for Greece; write gr",
        "en": "it is a language; write gb",
        "eu": "it is an area of several countries; write the one that the site stands in",
        "ic": "it is reserved for the Canary Islands; write es",
        "su": "it is no country's any more; write the one that the site stands in",
        "uk": "write gb, which is the United Kingdom's code",
        "xk": "ISO has given Kosovo no code; name the jurisdiction that the contract names",
    }
)
"""Codes that no country has, and what to write instead."""
