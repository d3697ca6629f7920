/* Live Capture. Loaded as capture.js?key=PUBLIC_KEY, it sends events to the address beside it.
 *
 * When a visitor who agreed to marketing (Customer Privacy API; anything but a clear yes is a no) submits a newsletter,
 * contact or new-account form, it sends the e-mail and name in it; of those who agreed to analytics too also landing
 * page, UTM values, the link's discount code and the host they came from. It looks at nothing else. */
(function () {
  "use strict";
  var me = document.currentScript || document.querySelector('script[src*="capture.js?key="]');
  var MEMORY = "shopinf-visit";
  var told = {};
  var sent = {};

  function quietly(work) {
    return function (argument) {
      try { return work(argument); } catch (error) { /* the shop goes on */ }
    };
  }

  function allows(question, answer) {
    var privacy = window.Shopify && window.Shopify.customerPrivacy;
    if (privacy && typeof privacy[question] === "function") return privacy[question]() === true;
    return told[answer] === true;
  }

  function consent() {
    return {
      marketing: allows("marketingAllowed", "marketingAllowed"),
      analytics: allows("analyticsProcessingAllowed", "analyticsAllowed")
    };
  }

  function short(text, most) { // an e-mail does not belong where this is used
    text = String(text || "").trim();
    return text && text.length <= most && !/\S@\S+\.\S/.test(text) ? text : undefined;
  }

  function visit() {
    var kept = quietly(function () { return JSON.parse(sessionStorage.getItem(MEMORY)); })();
    if (kept) return kept;
    var query = new URLSearchParams(location.search), utm = {};
    ["source", "medium", "campaign", "term", "content"].forEach(function (name) {
      utm[name] = short(query.get("utm_" + name), 100);
    });
    var link = /(?:^|; )discount_code=([^;]*)/.exec(document.cookie);
    var from = document.referrer && new URL(document.referrer).host;
    var found = {
      // the address of an account or order may open it
      landing: /\/(account|orders|checkouts?)(\/|$)/.test(location.pathname) ? undefined : short(location.pathname, 300),
      utm: utm,
      code: short(query.get("discount") || (link && decodeURIComponent(link[1])), 100),
      referrer: from === location.host ? undefined : short(from, 253)
    };
    quietly(function () { sessionStorage.setItem(MEMORY, JSON.stringify(found)); })();
    return found;
  }

  function kind(form) {
    var type = form.querySelector('[name="form_type"]');
    if (type) return { customer: "newsletter", contact: "contact", create_customer: "account" }[type.value];
    var words = ["id", "class", "name", "action"].map(function (name) { return form.getAttribute(name); }).join(" ");
    if (/log-?in|recover|reset|cart|checkout|search/i.test(words)) return undefined;
    if (/newsletter|subscri|sign-?up|mailing/i.test(words)) return "newsletter";
    return /regist|create.?account/i.test(words) ? "account" : /contact/i.test(words) ? "contact" : undefined;
  }

  function pays(form) {
    return form.querySelector('[autocomplete^="cc-"], [name*="card" i], [name*="cvv" i], [name*="cvc" i]');
  }

  function field(form, name) {
    var found = Array.from(form.elements).find(function (each) {
      return /^(text|email)$/.test(each.type) && name.test(each.name);
    });
    return found && found.value.trim();
  }

  function submitted(event) {
    var form = event.target, agreed = consent(), where = agreed.marketing && kind(form);
    if (!where || pays(form)) return;
    var email = field(form, /(^|[[_-])e-?mail\]?$/i) || "";
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) || sent[where + email]) return;
    sent[where + email] = true;
    send(new URL("events", me.src).href, JSON.stringify(Object.assign({}, agreed.analytics ? visit() : {}, {
      v: 1,
      key: new URL(me.src).searchParams.get("key"),
      form: where,
      email: email,
      first_name: short(field(form, /(^|[[_-])(first_?name|fname|name)\]?$/i), 100),
      last_name: short(field(form, /(^|[[_-])(last_?name|lname)\]?$/i), 100),
      consent: agreed
    })));
  }

  function send(address, body) { // as plain text
    if (navigator.sendBeacon && navigator.sendBeacon(address, body)) return;
    fetch(address, { method: "POST", body: body, keepalive: true, mode: "no-cors" }).catch(function () {});
  }

  var remember = quietly(function (refusable) {
    var agreed = consent();
    if (agreed.marketing && agreed.analytics) visit();
    else if (refusable) sessionStorage.removeItem(MEMORY);
  });
  document.addEventListener("submit", quietly(submitted), true);
  document.addEventListener("visitorConsentCollected", quietly(function (event) {
    told = event.detail || {};
    remember(true);
  }));
  quietly(function () {
    var shop = window.Shopify;
    if (!shop || shop.customerPrivacy || !shop.loadFeatures) return remember();
    shop.loadFeatures([{ name: "consent-tracking-api", version: "0.1" }], function () { remember(); });
  })();
})();
