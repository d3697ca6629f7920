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
  const sent = Object.create(null);
  let privacy = init.customerPrivacy;

%CARE%
  function quietly(work) {
    return async function (argument) {
      try { return await work(argument); } catch (error) { /* the shop goes on without us */ }
    };
  }

  function allowed(name) { // anything but a clear yes is a no
    const said = privacy && !(name in Object.prototype) ? privacy[name] : own(privacy, name);
    return said === true;
  }

  function consent() {
    return { marketing: allowed("marketingAllowed"), analytics: allowed("analyticsProcessingAllowed") };
  }

  async function visit(page) {
    const kept = await quietly(async () => recalled(await browser.sessionStorage.getItem(MEMORY)))();
    if (kept) return kept;
    const link = await quietly(async () => decodeURIComponent(await browser.cookie.get("discount_code")))();
    const found = visited(page, link);
    await quietly(() => browser.sessionStorage.setItem(MEMORY, JSON.stringify(found)))();
    return found;
  }

  async function submitted(event) {
    const form = event.data.element || {}, fields = Array.from(form.elements || []), page = pageOf(event);
    if (!consent().marketing || closed(page.location.pathname) || pays(fields)) return;
    const type = fields.find((each) => each.name === "form_type");
    await send(page, kind(type && type.value, [form.id, form.action].join(" ")), person(fields));
  }

  async function checkedOut(event) {
    if (!consent().marketing) return;
    const checkout = event.data.checkout || {}, to = checkout.shippingAddress || checkout.billingAddress || {};
    await send(pageOf(event), "checkout", {
      email: String(checkout.email || ""),
      first_name: short(to.firstName, 100),
      last_name: short(to.lastName, 100),
    });
  }

  async function send(page, form, who) {
    const agreed = consent();
    if (!form || !isEmail(who.email) || sent[form + who.email]) return;
    sent[form + who.email] = true;
    const came = agreed.analytics ? (await quietly(visit)(page)) || {} : {};
    await post(ADDRESS, JSON.stringify({ ...came, v: 1, key: KEY, form: form, ...who, consent: agreed }));
  }

  function pageOf(event) {
    return (event.context || init.context).document;
  }

  const remember = quietly(async function (event) {
    const agreed = consent();
    if (agreed.marketing && agreed.analytics) await visit(pageOf(event));
    else if (event.refusable) await browser.sessionStorage.removeItem(MEMORY);
  });

  quietly(() => api.customerPrivacy.subscribe("visitorConsentCollected", quietly(async function (event) {
    privacy = event.customerPrivacy;
    await remember({ refusable: true });
  })))();
  analytics.subscribe("page_viewed", remember);
  analytics.subscribe("form_submitted", quietly(submitted));
  analytics.subscribe("checkout_contact_info_submitted", quietly(checkedOut));
})();
