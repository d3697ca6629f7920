  // What may leave a page; the script and the pixel share it.
  function own(object, name) { // never what somebody gave to every object
    return object && Object.prototype.hasOwnProperty.call(object, name) ? object[name] : undefined;
  }

  function sign(whole, hex) {
    return String.fromCharCode(parseInt(hex, 16));
  }

  function readings(text) { // as it stands, and after each turn of decoding it, until there is nothing left to decode
    var all = [], next = String(text);
    while (all.indexOf(next) < 0 && all.length < 200) {
      all.push(next);
      next = next.normalize("NFKC").replace(/\+/g, " ").replace(/(?:%[0-9a-f]{2})+/gi, function (run) {
        try { return decodeURIComponent(run); } catch (error) { return run.replace(/%([0-7][0-9a-f])/gi, sign); }
      });
      next = next.replace(/(?:%u|\\u|\\x|&#x)0*([0-9a-f]{2,4});?/gi, sign);
      next = next.replace(/&#0*(\d{2,4});?/g, function (run, code) { return String.fromCharCode(code); });
      next = next.replace(/&commat;|[[({] ?at ?[\])}]/gi, "@");
    }
    return all;
  }

  function passes(number) { // the check digit of cards (Luhn)
    var digits = number.replace(/\D/g, ""), sum = 0;
    for (var place = 0; place < digits.length; place++) {
      var digit = +digits[digits.length - 1 - place] * (place % 2 + 1);
      sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 === 0;
  }

  function isCard(text) {
    return (text.match(/(^|\D)[2-6](?:[ .\u2010-\u2015-]?\d){12,18}(?!\d)/g) || []).some(passes);
  }

  function names(text) { // somebody's e-mail
    return /[\p{L}\p{N}_.'-]\s?@\s?[\p{L}\p{N}]/u.test(text);
  }

  function hides(text) { // an e-mail in base64
    var words = [].concat(text.match(/[\w+\/-]{8,}/g) || [], text.match(/[\w+-]{8,}/g) || []);
    return words.some(function (word) {
      try { word = atob(word.replace(/-/g, "+").replace(/_/g, "/")); } catch (error) { return false; }
      return /^[ -~]+$/.test(word) && names(word);
    });
  }

  function short(text, most) { // neither an e-mail nor a card number belongs where this is used
    text = String(text || "").trim();
    if (!text || text.length > most) return undefined;
    var telling = readings(text).some(function (each) { return names(each) || isCard(each) || hides(each); });
    return telling ? undefined : text;
  }

  function opens(path) { // whoever has the address of an account, an order or a new password may be able to open it
    return path.length > 2000 || readings(path).some(function (each) {
      var page = /\/(accounts?|orders?|checkouts?|customer_\w+|password|reset|recover|activate|unsubscribe)(\/|$)/i;
      return page.test(each) ||
        /(reset|forgot|recover)\w*[-_ ]?password|password[-_ ]?(reset|recover)/i.test(each);
    });
  }

  function closed(path) { // nothing is captured there; a new account is made on a page of its own
    return opens(path) && !/\/account\/register\/?$/i.test(path);
  }

  function visited(page, link) { // how somebody came; *link* is the discount code of the link
    var here = page.location, query = new URLSearchParams(here.search), utm = {};
    ["source", "medium", "campaign", "term", "content"].forEach(function (name) {
      utm[name] = short(query.get("utm_" + name), 100);
    });
    var from = page.referrer && new URL(page.referrer).host;
    return {
      landing: opens(here.pathname) ? undefined : short(here.pathname, 300),
      utm: utm,
      code: short(query.get("discount") || link, 100),
      referrer: from === here.host ? undefined : short(from, 253)
    };
  }

  function recalled(text) { // what was remembered of a visit; others may write there too
    var kept = JSON.parse(text), found = { utm: {} };
    ["source", "medium", "campaign", "term", "content"].forEach(function (name) {
      found.utm[name] = short(own(own(kept, "utm"), name), 100);
    });
    found.landing = short(own(kept, "landing"), 300);
    found.code = short(own(kept, "code"), 100);
    found.referrer = short(own(kept, "referrer"), 253);
    return kept && found;
  }

  function kind(type, words) { // which form it is, by Shopify's own name for it, else by what it is called
    var types = { customer: "newsletter", contact: "contact", create_customer: "account" };
    if (type !== undefined) return own(types, type);
    if (/log-?in|recover|reset|cart|checkout|search/i.test(words)) return undefined;
    if (/newsletter|subscri|sign-?up|mailing/i.test(words)) return "newsletter";
    return /regist|create.?account/i.test(words) ? "account" : /contact/i.test(words) ? "contact" : undefined;
  }

  function pays(fields) { // has it a card's fields, or a card's number in whatever field?
    return fields.some(function (each) {
      var words = [each.name, each.id, each.autocomplete].join(" "), said = String(each.value || "").slice(0, 9999);
      if (/card|cvv|cvc|iban|cc-/i.test(words) || readings(said).some(isCard)) return true;
      var other = /phone|mobile|tel|house|street|order|vat/i;
      return /(^|[ [_-])(cc|pan|number)(\]| |$)/i.test(words) && !other.test(words);
    });
  }

  function value(fields, name) { // of a text field called so; of none that is about a number
    var found = fields.find(function (each) {
      var called = each.name || "";
      return /^(text|email)$/.test(each.type || "text") && name.test(called) && !/num(ber)?(?![a-z])/i.test(called);
    });
    return found && String(found.value || "").trim();
  }

  function person(fields) {
    return {
      email: value(fields, /(^|[[_-])e-?mail\]?$/i) || "",
      first_name: short(value(fields, /(^|[[_-])(first_?name|fname|name)\]?$/i), 100),
      last_name: short(value(fields, /(^|[[_-])(last_?name|lname)\]?$/i), 100)
    };
  }

  function isEmail(text) {
    return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) && !isCard(text);
  }

  function post(address, body) { // as plain text; the page's own address does not go along
    return fetch(address, {
      method: "POST", body: body, keepalive: true, mode: "no-cors", credentials: "omit", referrerPolicy: "strict-origin"
    });
  }
