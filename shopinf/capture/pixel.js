// Live Capture as a custom pixel. Paste it in the Shopify admin under Settings > Customer events > Add custom pixel,
// choose Permission: Required with Marketing and Analytics, save, and connect it.
//
// Of visitors who agreed to marketing it sends the e-mail and name that they leave in a newsletter, contact or
// new-account form or at the checkout; of those who agreed to analytics as well also the landing page, UTM values, the
// discount code and the host they came from. Passwords, payment fields and all other fields are never looked at.
(function () {
  "use strict";
  const ADDRESS = "%ADDRESS%";
  const KEY = "%KEY%";
  const MEMORY = "shopinf-visit";
  const sent = {};
  let privacy = init.customerPrivacy || {};

  function quietly(work) {
    return async function (argument) {
      try { return await work(argument); } catch (error) { /* the shop goes on without us */ }
    };
  }

  function consent() { // anything but a clear yes is a no
    return { marketing: privacy.marketingAllowed === true, analytics: privacy.analyticsProcessingAllowed === true };
  }

  function short(text, most) { // an e-mail does not belong where this is used
    text = String(text || "").trim();
    return text && text.length <= most && !/\S@\S+\.\S/.test(text) ? text : undefined;
  }

  async function visit(page) {
    const kept = await quietly(async () => JSON.parse(await browser.sessionStorage.getItem(MEMORY)))();
    if (kept) return kept;
    const here = page.location, query = new URLSearchParams(here.search), utm = {};
    for (const name of ["source", "medium", "campaign", "term", "content"]) {
      utm[name] = short(query.get("utm_" + name), 100);
    }
    const from = page.referrer && new URL(page.referrer).host;
    const link = await quietly(() => browser.cookie.get("discount_code"))();
    const found = {
      // whoever has the address of an account or order may be able to open it
      landing: /\/(account|orders|checkouts?)(\/|$)/.test(here.pathname) ? undefined : short(here.pathname, 300),
      utm: utm,
      code: short(query.get("discount") || (link && decodeURIComponent(link)), 100),
      referrer: from === here.host ? undefined : short(from, 253),
    };
    await quietly(() => browser.sessionStorage.setItem(MEMORY, JSON.stringify(found)))();
    return found;
  }

  function kind(form, fields) {
    const type = fields.find((each) => each.name === "form_type");
    if (type) return { customer: "newsletter", contact: "contact", create_customer: "account" }[type.value];
    const words = [form.id, form.action].join(" ");
    if (/log-?in|recover|reset|cart|checkout|search/i.test(words)) return undefined;
    if (/newsletter|subscri|sign-?up|mailing/i.test(words)) return "newsletter";
    return /regist|create.?account/i.test(words) ? "account" : /contact/i.test(words) ? "contact" : undefined;
  }

  function value(fields, name) {
    const found = fields.find((each) => /^(text|email)$/.test(each.type || "text") && name.test(each.name || ""));
    return found && String(found.value || "").trim();
  }

  async function submitted(event) {
    const form = event.data.element || {}, fields = Array.from(form.elements || []);
    if (!consent().marketing || fields.some((each) => /card|cvv|cvc/i.test(each.name || ""))) return;
    await send(event, kind(form, fields), {
      email: value(fields, /(^|[[_-])e-?mail\]?$/i),
      first_name: short(value(fields, /(^|[[_-])(first_?name|fname|name)\]?$/i), 100),
      last_name: short(value(fields, /(^|[[_-])(last_?name|lname)\]?$/i), 100),
    });
  }

  async function checkedOut(event) {
    if (!consent().marketing) return;
    const checkout = event.data.checkout || {}, to = checkout.shippingAddress || checkout.billingAddress || {};
    await send(event, "checkout", {
      email: checkout.email,
      first_name: short(to.firstName, 100),
      last_name: short(to.lastName, 100),
    });
  }

  async function send(event, form, person) {
    const agreed = consent(), email = person.email || "";
    if (!form || !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) || sent[form + email]) return;
    sent[form + email] = true;
    const page = (event.context || init.context).document;
    const came = agreed.analytics ? (await quietly(visit)(page)) || {} : {};
    const body = JSON.stringify({ ...came, v: 1, key: KEY, form: form, ...person, consent: agreed });
    await fetch(ADDRESS, { method: "POST", body: body, keepalive: true, mode: "no-cors", credentials: "omit" });
  }

  const remember = quietly(async function (event) {
    const agreed = consent();
    if (agreed.marketing && agreed.analytics) await visit((event.context || init.context).document);
    else if (event.refusable) await browser.sessionStorage.removeItem(MEMORY);
  });

  quietly(() => api.customerPrivacy.subscribe("visitorConsentCollected", quietly(async function (event) {
    privacy = event.customerPrivacy || {};
    await remember({ refusable: true });
  })))();
  analytics.subscribe("page_viewed", remember);
  analytics.subscribe("form_submitted", quietly(submitted));
  analytics.subscribe("checkout_contact_info_submitted", quietly(checkedOut));
})();
