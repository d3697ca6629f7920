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
        "username|social handle|account|profile name|screen name|creator handle|influencer handle|influencer name|"
        "creator name|ambassador username|handle or url|channel info|influencer insta name|insta name|benutzername|"
        "nutzername|pseudo|pseudonyme|nom d'utilisateur|usuario|nombre de usuario|gebruikersnaam|nome utente|"
        "nome de usuário|criador de conteúdo|criador|qual o|perfil|profilname|channel handle|kullanıcı adı|"
        "nazwa użytkownika|användarnamn|brugernavn|brukernavn|ユーザー名|アカウント名|アカウント|primary handle|"
        "main handle|media handle|account name"
    ),
    "email": (
        "mail|emails|email address|mail address|contact email|influencer email|creator email|"
        "e-mail-adresse|mailadresse|courriel|adresse email|adresse mail|correo|correo electrónico|indirizzo email|"
        "indirizzo mail|e-mailadres|mailadres|endereço de email|email or dm|email kontakt|kontakt email|"
        "email contact|e-posta|e-posta adresi|e-post|epostadress|mejl|adres e-mail|メールアドレス|"
        "メール|correio eletrônico|posta elettronica|dirección de correo|courrier électronique|best email|"
        "preferred email|personal email|work email|primary email|affiliate email|partner email|email id|mail id|"
        "customer email|shipping email"
    ),
    "email_2": (
        "second email|secondary email|other email|alternative email|business email|public email|management email|"
        "manager email|agency email"
    ),
    "first_name": (
        "given name|forename|vorname|prénom|nombre|nome|voornaam|primeiro nome|shipping first name|imię|förnamn|"
        "fornavn|adı|isim|first|affiliate first name|nombres|primer nombre"
    ),
    "last_name": (
        "surname|family name|nachname|familienname|nom de famille|nom|apellido|apellidos|cognome|achternaam|"
        "sobrenome|shipping last name|nazwisko|efternamn|etternavn|soyad|soyadı|soyisim|last|affiliate last name|"
        "primer apellido"
    ),
    "name": (
        "full name|real name|display name|contact name|partner name|customer name|shipping name|ship to name|"
        "channel name|channel title|instagram user|influencer full name|naam|volledige naam|talento|talent|"
        "nome do influencer|nome completo|nom complet|nombre completo|vollständiger name|recipient|empfänger|navn|"
        "namn|ad soyad|adı soyadı|isim soyisim|氏名|お名前|名前|imię i nazwisko|vor- und nachname|vorname nachname|"
        "first and last name|first name last name|nom et prénom|nom prénom|prénom et nom|prénom nom|nome e cognome|"
        "nombre y apellidos|nombre y apellido|nome e sobrenome|för- och efternamn|legal name|person|"
        "influencer real name|affiliate name|ambassador name|receiver|destinatario|destinataire|ontvanger"
    ),
    "phone": (
        "phone number|telephone|mobile|mobile number|telefon|telefonnummer|handynummer|handy|mobil|mobilnummer|"
        "teléfono|telefoon|telefoonnummer|telefone|celular|cellulare|portable|gsm|contact no|contact number|"
        "whatsapp|numero|shipping phone|tel|tlf|móvil|numer telefonu|nr telefonu|電話番号|電話|携帯電話|"
        "telefon numarası|cep telefonu|mobiltelefon|cell|cell phone|phone no|telefono cellulare|"
        "numéro de téléphone|número de telefone|número de teléfono|numero di telefono|whatsapp number|mobile phone|"
        "mobilnr|handynr"
    ),
    "platform": (
        "network|social network|channel|social media|plattform|plateforme|plataforma|piattaforma|kanal|réseau|rede|"
        "red|social platform|social media platform|platform name|primary platform|main platform|primary social|"
        "primary channel|main channel|platforma|プラットフォーム"
    ),
    "profile_url": (
        "profile link|profile|about url|url|link|media url|account url|social url|social link|channel url|"
        "url profile|lien|lien profil|enlace|enlace de perfil|link profilo|link do perfil|profillink|profil url|"
        "social profile|social media profile|social media link|social handle link|プロフィールurl"
    ),
    "platform_user_id": "user id|account id|channel id",
    "followers": (
        "follower count|followers count|number of followers|follower|follower geschätzt|total followers|"
        "subscribers|subscriber count|audience size|audience|community size|fans|abonnés|abonnenten|seguidores|"
        "volgers|iscritti|ig followers|obserwujący|obserwatorzy|följare|følgere|takipçi|takipçiler|フォロワー数|"
        "フォロワー|follower total|followers total|subs|suscriptores|inscritos"
    ),
    "engagement_rate_pct": (
        "engagement rate percent|engagement rate|engagement|engagement percent|er|percent er|avg engagement rate|"
        "average engagement rate|60 day eng rate|eng rate|taux d'engagement|taux d'engagement percent|"
        "taxa de engajamento|tasa de engagement|engagement rate in percent|interaktionsrate|tasa de interacción|"
        "taxa de interação|tasso di coinvolgimento|wskaźnik zaangażowania|etkileşim oranı|エンゲージメント率|"
        "engagement ratio|er in percent"
    ),
    "verified": "is verified|account verified",
    "website": "homepage|blog|blog url|website url|external url|url externe|webseite|sitio web|sito web",
    "code": (
        "discount code|promo code|coupon|coupons|coupon code|coupon codes|voucher|voucher code|affiliate code|"
        "referral code|rabattcode|gutscheincode|gutschein|aktionscode|code promo|code de réduction|código|"
        "código de descuento|código de desconto|codice sconto|codice|kortingscode|cupom|cupón|kod rabatowy|"
        "kod zniżkowy|kod promocyjny|rabattkod|rabatkode|rabattkode|kampanjkod|indirim kodu|kupon kodu|"
        "クーポンコード|クーポン|割引コード|cupom de desconto|código de cupom|cupón de descuento|"
        "código promocional|codice promo|codice promozionale|buono sconto|actiecode|promotiecode|"
        "code de parrainage|code promotionnel|bon de réduction|promotion code|promotional code|discount coupon|"
        "voucher codes|discount codes|promo codes|creator code|unique code|personal code|affiliate coupon|"
        "affiliate coupons|affiliate coupon code|coupon assigned|assigned coupon|assigned code|influencer code|"
        "ambassador code|vanity code|discount code name"
    ),
    "percent": (
        "percentage|discount percent|discount percentage|prozent|rabatt percent|rabatt in percent|"
        "descuento percent|percent off|discount in percent|rabais percent"
    ),
    "amount": "discount amount|fixed amount|betrag|montant|importe|importo|bedrag",
    "value": (
        "discount value|discount|rabatt|remise|réduction|descuento|desconto|sconto|korting|nachlass|wert|valeur|"
        "valor|zniżka|rabat|indirim|割引|割引率|rabais|discount rate|customer discount|coupon discount|"
        "coupon value|code value|discount for customers|promo value|kundenrabatt"
    ),
    "value_type": (
        "discount type|type|type of discount|rabattart|type de remise|tipo de descuento|tipo di sconto|"
        "tipo de desconto|kortingstype|value kind"
    ),
    "starts": (
        "starts at|start|start date|valid from|from|gültig ab|début|beginn|inicio|inizio|begindatum|gültig von|"
        "startdatum|date de début|fecha de inicio|data inizio|data di inizio|data de início|geldig vanaf|ważny od|"
        "starts on|active from|launch date|valid since|börjar"
    ),
    "ends": (
        "ends at|end|end date|expires|expiration|expiration date|expiry|expiry date|valid until|valid to|"
        "gültig bis|läuft ab|fin|ende|vence|scadenza|einddatum|enddatum|ablaufdatum|date de fin|date d'expiration|"
        "fecha de fin|fecha de vencimiento|válido hasta|data fine|data di scadenza|data de término|válido até|"
        "validade|geldig tot|ważny do|expires on|expires at|valid through|active until|ends on|giltig till|"
        "valable jusqu'au|valido fino al"
    ),
    "usage_limit": (
        "usage limit per code|limit|max uses|maximum uses|total limit|max redemptions|redemption limit|usage cap|"
        "max uses per code|nutzungslimit|limite d'utilisation|límite de uso|limite di utilizzo|gebruikslimiet"
    ),
    "redirect": "redirect path|landing page|landing path|path",
    "commission": (
        "commission rate|commission percent|affiliate commission|provision|kommission|comisión|comissão|"
        "commissione|commissie|prowizja|komisyon|provisjon|報酬率|コミッション|commission value|"
        "commission per sale|revenue share|commissione percent|default commission"
    ),
    "commission_type": (
        "affiliate commission type|type of commission|provisionsart|commission structure|commission kind|"
        "type de commission|tipo de comisión|tipo di commissione|tipo de comissão|commissietype"
    ),
    "campaign": "campaign name|kampagne|campagne|campaña|campanha|campagna|kampania|kampanya|キャンペーン|campagnes",
    "slot": "",
    "note": (
        "notes|comment|comments|remark|notiz|bemerkung|remarque|nota|observaciones|anmerkung|anmerkungen|"
        "bemerkungen|kommentar|commentaire|comentario|comentarios|observação|observações|uwagi|備考|opmerking|"
        "opmerkingen|gift note|gift message"
    ),
    "status": "zustand|statut|estado del código",
    "group": "tier|group/tier|gruppe|groupe|grupo",
    "address1": (
        "address line 1|address|street|street address|shipping address|shipping address.line1|shipping address1|"
        "shipping street|ship to address|default address address1|strasse|anschrift|adresse|rue|dirección|calle|"
        "indirizzo|straat|adres|endereço|rua|lieferadresse|ulica|gatuadress|gata|adress|adresse postale|street 1|"
        "line1|domicilio|住所|vej|gade|gateadresse|adresse de livraison|dirección de envío|endereço de entrega|"
        "indirizzo di spedizione|verzendadres|logradouro|delivery address|mailing address|home address|"
        "postal address|straße und hausnummer|straße hausnummer|straße und nr|straße nr|street and number|"
        "street and house number|calle y número|via e numero|rue et numéro|straat en huisnummer|ulica i numer|"
        "lieferanschrift|cadde sokak"
    ),
    "house_number": (
        "hausnummer|hausnr|house no|huisnummer|civico|numero civico|número de casa|n civico|nr civico|num civico|"
        "house|hnr|hsnr|huisnr|nr domu|numer domu|número exterior|numero casa|n de casa|street number|street no|"
        "house nr|numéro de rue|kapı no|husnummer"
    ),
    "address2": (
        "address line 2|shipping address.line2|shipping address2|default address address2|apartment|suite|"
        "adresszusatz|complément d'adresse|complemento|toevoeging|apt|unit|apartment number|line2|street 2|lgh|"
        "daire|建物名|complément|piso|bairro|colonia"
    ),
    "city": (
        "town|shipping address.city|shipping city|ship to city|default address city|stadt|ort|wohnort|ville|lieu|"
        "ciudad|población|localidad|città|plaats|woonplaats|cidade|miasto|miejscowość|postort|stad|poststed|şehir|"
        "市区町村|city town|town city|gemeinde|comune|municipio|commune"
    ),
    "province": (
        "province code|state|region|county|shipping address.state|shipping province|shipping state|ship to state|"
        "default address province code|bundesland|provincia|provincie|estado|województwo|län|fylke|都道府県|uf|"
        "département|comunidad autónoma|provincia estado|province state|state province|state region|kanton|canton|"
        "regione|region state"
    ),
    "country": (
        "country code|location country|shipping address.country code|shipping address.country|shipping country|"
        "ship to country|default address country code|default address country|land|pays|país|paese|nazione|kraj|"
        "ülke|国|nation|country region|country of residence|país de residencia|paese di residenza|delivery country"
    ),
    "zip": (
        "zip code|postal code|postcode|shipping address.zipcode|shipping zip|ship to zip|default address zip|plz|"
        "postleitzahl|code postal|npa|nap|código postal|cap|cep|kod pocztowy|postnummer|postnr|posta kodu|郵便番号|"
        "zip postal code|postal zip code|zip postcode|c p|pin code|codice postale|eircode|postal"
    ),
    "zip_city": (
        "plz ort|plz und ort|zip and city|postcode city|postcode plaats|postcode woonplaats|postcode en plaats|"
        "code postal ville|code postal et ville|cp ville|cap città|cap e città|cp población|código postal y ciudad|"
        "postnummer ort|postnr ort|kod pocztowy i miasto"
    ),
    "variant": "variant id|product variant",
    "sku": (
        "variant sku|lineitem sku|article number|artikelnummer|item sku|product sku|art nr|artikelnr|article no|"
        "codice articolo|código de artículo|référence|referencia"
    ),
    "quantity": (
        "qty|count|lineitem quantity|item quantity|menge|anzahl|stück|quantité|cantidad|quantità|aantal|pieces|pcs|"
        "stk|units|quantidade|ilość|antal"
    ),
}

KINDS: Mapping[str, Kind] = {
    "followers": Kind.COUNT,
    "engagement_rate_pct": Kind.RATE,
    "percent": Kind.PERCENT,
    "amount": Kind.MONEY,
    "value": Kind.EITHER,
    "commission": Kind.EITHER,
    "rate": Kind.EITHER,
    "since": Kind.DAY,
    "starts": Kind.DAY,
    "ends": Kind.DAY,
    "phone": Kind.NUMBER,
    "zip": Kind.NUMBER,
    "zip_city": Kind.NUMBER,
    "usage_limit": Kind.COUNT,
    "quantity": Kind.COUNT,
}

# Platforms as they begin the name of a column of theirs.
PLATFORMS: Mapping[str, tuple[str, ...]] = {
    "instagram": ("instagram", "ig", "insta", "インスタグラム", "インスタ"),
    "tiktok": ("tiktok", "tik tok", "tt", "ティックトック"),
    "youtube": ("youtube", "yt", "ユーチューブ"),
    "twitch": ("twitch",),
    "twitter": ("twitter", "x", "twitter x"),
    "pinterest": ("pinterest",),
    "facebook": ("facebook", "fb"),
}
PARTS: Mapping[str, tuple[str, ...]] = {
    "handle": (
        "", "handle", "username", "user name", "name", "account", "profile name", "screen name", "user", "usuario",
        "utilisateur", "compte", "konto", "cuenta", "conta", "profilname", "benutzername", "nutzername", "nick",
        "nickname", "id", "tag", "channel", "kanal", "canal", "chaîne", "page", "página", "seite", "hesap",
        "nome utente", "gebruikersnaam", "kullanıcı adı", "アカウント",
    ),
    "url": (
        "url", "link", "profile url", "profile link", "profile", "account url", "channel url", "media url", "profil",
        "profilo", "perfil", "lien", "enlace", "profil link", "link profile",
    ),
    "followers": (
        "followers", "follower count", "followers count", "follower", "subscribers", "subscriber count", "fans",
        "audience", "audience size", "community size", "seguidores", "abonnenten", "abonnés", "volgers", "iscritti",
        "obserwujący", "följare", "følgere", "takipçi", "フォロワー数", "フォロワー", "subs", "suscriptores",
        "inscritos",
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
