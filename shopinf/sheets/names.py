"""What people and other systems call the columns of their sheets."""

from __future__ import annotations

from collections.abc import Mapping

# Accepted names by field, the surest first; case, spaces, dashes, dots and accents make no difference.
KNOWN: Mapping[str, str] = {
    "influencer": (
        "influencer name|influencer handle|creator|creator name|creator handle|affiliate|"
        "ambassador|username|handle|instagram handle|instagram username|instagram|tiktok handle|"
        "tiktok username|tiktok|youtube handle|profile name|benutzername|pseudo|usuario|influencer id"
    ),
    "handle": (
        "username|social handle|account|profile name|screen name|instagram handle|instagram username|"
        "instagram|tiktok handle|tiktok username|tiktok|youtube handle|youtube|benutzername"
    ),
    "email": (
        "mail|email address|mail address|contact email|customer email|influencer email|creator email|"
        "e-mail-adresse|mailadresse|courriel|adresse email|correo|correo electrónico|indirizzo email"
    ),
    "first_name": "given name|forename|vorname|prénom|nombre|nome|voornaam|shipping first name",
    "last_name": (
        "surname|family name|nachname|familienname|nom|nom de famille|apellido|apellidos|cognome|"
        "achternaam|shipping last name"
    ),
    "name": "full name|real name|display name|nom complet|nombre completo",
    "phone": ("phone number|telephone|mobile|mobile number|telefon|telefonnummer|handynummer|teléfono|shipping phone"),
    "platform": "network|social network|channel|plattform|plateforme|kanal",
    "profile_url": (
        "profile link|profile|url|link|media url|account url|social url|instagram url|tiktok url|youtube url|website"
    ),
    "followers": (
        "follower count|followers count|number of followers|follower|subscribers|audience size|abonnés|"
        "abonnenten|seguidores"
    ),
    "engagement_rate_pct": "engagement rate percent|engagement rate|engagement|engagement percent|er|er %",
    "code": (
        "discount code|promo code|coupon|coupon code|voucher|voucher code|rabattcode|gutscheincode|"
        "gutschein|code promo|código"
    ),
    "percent": "percentage|discount percent|discount percentage|prozent|rabatt %",
    "amount": "discount amount|fixed amount|betrag|montant|importe",
    "value": "discount value|wert|valeur|valor",
    "value_type": "discount type|type",
    "starts": "starts at|start|start date|valid from|from|gültig ab|début",
    "ends": (
        "ends at|end|end date|expires|expiration|expiration date|expiry|expiry date|valid until|"
        "valid to|until|gültig bis|fin"
    ),
    "usage_limit": "limit|max uses|maximum uses|total limit",
    "redirect": "redirect path|landing page|landing path|path",
    "commission": "commission rate|commission %|provision|kommission|comisión",
    "campaign": "campaign name|kampagne|campagne|campaña",
    "slot": "",
    "note": "notes|comment|comments|remark|notiz|bemerkung|remarque|nota",
    "status": "state",
    "group": "tier|group/tier|gruppe|groupe|grupo",
    "tags": "tag",
    "address1": (
        "address line 1|address|street|street address|shipping address|shipping address.line1|"
        "shipping address1|shipping street|strasse|adresse|dirección|indirizzo"
    ),
    "address2": (
        "address line 2|shipping address.line2|shipping address2|apartment|suite|adresszusatz|complément d'adresse"
    ),
    "city": "town|shipping address.city|shipping city|stadt|ort|ville|ciudad|città",
    "province": (
        "province code|state|region|county|shipping address.state|shipping province|shipping state|bundesland|provincia"
    ),
    "country": (
        "country code|shipping address.country code|shipping address.country|shipping country|land|pays|país|paese"
    ),
    "zip": (
        "zip code|postal code|postcode|shipping address.zipcode|shipping zip|plz|postleitzahl|"
        "code postal|código postal|cap"
    ),
    "variant": "variant id|product variant",
    "sku": "variant sku|article number|artikelnummer",
    "quantity": "qty|count|menge|anzahl|quantité|cantidad",
}
