"""What people and other systems call the columns of their sheets, in the languages of our users.

Accepted names by field, the surest first; case, blanks, signs, line breaks and accents make no difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """How the cells of a field are read."""

    TEXT = "text"
    COUNT = "count"  # a whole number, like followers
    RATE = "rate"  # an engagement rate, in per cent
    PERCENT = "percent"
    MONEY = "money"
    EITHER = "either"  # a percentage or an amount
    DAY = "day"
    NUMBER = "number"  # digits that a spreadsheet may have taken for a number: a phone, a postcode


KNOWN: Mapping[str, str] = {
    "influencer": "creator|ambassador|affiliate|influencer id|creator id|ambassador id|affiliate id|uid",
    "handle": (
        "username|user name|social handle|account|profile name|screen name|creator handle|influencer handle|"
        "influencer name|creator name|ambassador username|handle or url|channel info|influencer insta name|insta name|"
        "benutzername|nutzername|pseudo|pseudonyme|nom d'utilisateur|usuario|nombre de usuario|gebruikersnaam|"
        "nome utente|nome de usuário|criador de conteúdo|criador|qual o|perfil|profilname|channel handle"
    ),
    "email": (
        "mail|emails|email address|mail address|contact email|customer email|influencer email|creator email|"
        "e-mail-adresse|mailadresse|courriel|adresse email|adresse mail|adresse e-mail|correo|correo electrónico|"
        "indirizzo email|indirizzo mail|e-mailadres|mailadres|endereço de email|email or dm|email kontakt|"
        "kontakt email|email contact|shipping email"
    ),
    "email_2": "second email|secondary email|other email|alternative email|business email|public email|email 2",
    "first_name": (
        "firstname|given name|forename|vorname|prénom|nombre|nome|voornaam|primeiro nome|shipping first name"
    ),
    "last_name": (
        "lastname|surname|family name|nachname|familienname|nom de famille|nom|apellido|apellidos|cognome|"
        "achternaam|sobrenome|shipping last name"
    ),
    "name": (
        "full name|fullname|real name|display name|contact name|partner name|customer name|shipping name|ship to name|"
        "channel name|channel title|instagram user|influencer full name|naam|volledige naam|talento|talent|"
        "nome do influencer|nome completo|nom complet|nombre completo|vollständiger name|recipient|empfänger"
    ),
    "phone": (
        "phone number|telephone|mobile|mobile number|telefon|telefonnummer|handynummer|handy|mobil|mobilnummer|"
        "teléfono|telefono|téléphone|telefoon|telefoonnummer|telefone|celular|cellulare|portable|gsm|contact no|"
        "contact number|whatsapp|numero|shipping phone"
    ),
    "platform": (
        "network|social network|channel|social media|plattform|plateforme|plataforma|piattaforma|kanal|réseau|rede|red"
    ),
    "profile_url": (
        "profile link|profile|about url|url|link|media url|account url|social url|social link|channel url|url profile"
    ),
    "platform_user_id": "user id|account id|channel id",
    "followers": (
        "follower count|followers count|number of followers|follower|follower geschätzt|total followers|subscribers|"
        "subscriber count|audience size|audience|community size|fans|abonnés|abonnenten|seguidores|volgers|iscritti|"
        "ig followers"
    ),
    "engagement_rate_pct": (
        "engagement rate percent|engagement rate|engagement|engagement percent|er|percent er|avg engagement rate|"
        "average engagement rate|60 day eng rate|eng rate|taux d'engagement|taux d'engagement percent|"
        "taxa de engajamento|tasa de engagement|engagement rate in percent"
    ),
    "verified": "is verified|account verified",
    "website": "web site|homepage|blog|blog url|website url|external url|url externe|webseite|sitio web|sito web",
    "code": (
        "discount code|promo code|coupon|coupons|coupon code|coupon codes|coupon code s|voucher|voucher code|"
        "affiliate code|referral code|rabattcode|gutscheincode|gutschein|aktionscode|code promo|code de réduction|"
        "código|código de descuento|código de desconto|codice sconto|codice|kortingscode|cupom|cupón|cupon"
    ),
    "percent": (
        "percentage|discount percent|discount percentage|prozent|rabatt percent|rabatt in percent|descuento percent"
    ),
    "amount": "discount amount|fixed amount|betrag|montant|importe|importo|bedrag",
    "value": (
        "discount value|discount|rabatt|remise|réduction|descuento|desconto|sconto|korting|nachlass|wert|valeur|valor"
    ),
    "value_type": "discount type|type",
    "starts": "starts at|start|start date|valid from|from|gültig ab|début|beginn|inicio|inizio|begindatum",
    "ends": (
        "ends at|end|end date|expires|expiration|expiration date|expiry|expiry date|valid until|valid to|gültig bis|"
        "läuft ab|fin|ende|vence|scadenza|einddatum"
    ),
    "usage_limit": "usage limit per code|limit|max uses|maximum uses|total limit",
    "redirect": "redirect path|landing page|landing path|path",
    "commission": (
        "commission rate|commission percent|affiliate commission|provision|kommission|comisión|provisión|comissão|"
        "commissione|commissie"
    ),
    "commission_type": "affiliate commission type|type of commission|provisionsart",
    "campaign": "campaign name|kampagne|campagne|campaña",
    "slot": "",
    "note": "notes|comment|comments|remark|notiz|bemerkung|remarque|nota|observaciones",
    "status": "zustand|statut|estado del código",
    "group": "tier|group/tier|gruppe|groupe|grupo",
    "address1": (
        "address line 1|address|street|street address|shipping address|shipping address.line1|shipping address1|"
        "shipping street|ship to address|default address address1|strasse|straße|anschrift|adresse|rue|dirección|"
        "calle|indirizzo|straat|adres|endereço|rua|lieferadresse"
    ),
    "house_number": "hausnummer|hausnr|house no|huisnummer|civico|numero civico|número de casa",
    "address2": (
        "address line 2|shipping address.line2|shipping address2|default address address2|apartment|suite|"
        "adresszusatz|complément d'adresse|complemento|toevoeging"
    ),
    "city": (
        "town|shipping address.city|shipping city|ship to city|default address city|stadt|ort|wohnort|ville|lieu|"
        "ciudad|población|localidad|città|citta|plaats|woonplaats|cidade"
    ),
    "province": (
        "province code|state|region|county|shipping address.state|shipping province|shipping state|ship to state|"
        "default address province code|bundesland|provincia|provincie|estado"
    ),
    "country": (
        "country code|location country|shipping address.country code|shipping address country code|"
        "shipping address.country|shipping country|ship to country|default address country code|"
        "default address country|land|pays|país|paese|nazione"
    ),
    "zip": (
        "zip code|zipcode|postal code|postcode|shipping address.zipcode|shipping zip|ship to zip|default address zip|"
        "plz|postleitzahl|code postal|npa|nap|código postal|cap|cep"
    ),
    "variant": "variant id|product variant",
    "sku": "variant sku|lineitem sku|article number|artikelnummer",
    "quantity": "qty|count|lineitem quantity|item quantity|menge|anzahl|stück|quantité|cantidad|quantità|aantal",
}

KINDS: Mapping[str, Kind] = {
    "followers": Kind.COUNT,
    "engagement_rate_pct": Kind.RATE,
    "percent": Kind.PERCENT,
    "amount": Kind.MONEY,
    "value": Kind.EITHER,
    "commission": Kind.EITHER,
    "starts": Kind.DAY,
    "ends": Kind.DAY,
    "phone": Kind.NUMBER,
    "zip": Kind.NUMBER,
    "usage_limit": Kind.COUNT,
    "quantity": Kind.COUNT,
}

# Platforms as they begin the name of a column of theirs.
PLATFORMS: Mapping[str, tuple[str, ...]] = {
    "instagram": ("instagram", "ig", "insta"),
    "tiktok": ("tiktok", "tik tok", "tt"),
    "youtube": ("youtube", "yt"),
    "twitch": ("twitch",),
    "twitter": ("twitter", "x", "twitter x"),
    "pinterest": ("pinterest",),
    "facebook": ("facebook", "fb"),
}
PARTS: Mapping[str, tuple[str, ...]] = {
    "handle": ("", "handle", "username", "user name", "name", "account", "profile name", "screen name"),
    "url": ("url", "link", "profile url", "profile link", "profile", "account url", "channel url", "media url"),
    "followers": (
        "followers", "follower count", "followers count", "follower", "subscribers", "subscriber count", "fans",
        "audience", "audience size", "community size", "seguidores", "abonnenten", "abonnés",
    ),
    "engagement": (
        "engagement rate pct", "engagement rate percent", "engagement percent", "engagement rate", "engagement", "er",
    ),
}  # fmt: skip
SIDES: Mapping[str, Mapping[str, str]] = {
    platform: {part: f"{platform}_{part}" for part in PARTS} for platform in PLATFORMS
}
_PART_KINDS = {"followers": Kind.COUNT, "engagement": Kind.RATE}


def names_of(key: str) -> tuple[str, ...]:
    """The names that a field is recognised by, besides its own."""
    platform, _, part = key.rpartition("_")
    if platform in PLATFORMS and part in PARTS:
        words = [f"{name} {word}".strip() for word in PARTS[part] for name in PLATFORMS[platform]]
        return (*words, *(f"{word} {name}".strip() for word in PARTS[part] if word for name in PLATFORMS[platform]))
    return tuple(name for name in KNOWN.get(key, "").split("|") if name)


def kind_of(key: str) -> Kind:
    """How the cells of a field are read."""
    platform, _, part = key.rpartition("_")
    if platform in PLATFORMS and part in _PART_KINDS:
        return _PART_KINDS[part]
    return KINDS.get(key, Kind.TEXT)


# Whoever a row is about, and what is known of them.
PERSON = " ".join(
    [
        "influencer email email_2 phone first_name last_name name country website platform handle profile_url "
        "platform_user_id followers engagement_rate_pct verified",
        *(key for sides in SIDES.values() for key in sides.values()),
    ]
)
# What says who a row is about.
WHO = "|".join(
    [
        "influencer handle email email_2 phone profile_url name last_name".replace(" ", "|"),
        *(sides[part] for sides in SIDES.values() for part in ("handle", "url")),
    ]
)
