/* Live Capture. Loaded as capture.js?key=PUBLIC_KEY, it sends events to the address beside it.
 *
 * When a visitor who agreed to marketing (Customer Privacy API; anything but a clear yes is a no) submits a newsletter,
 * contact or new-account form, it sends the e-mail and name in it; of those who agreed to analytics too also landing
 * page, UTM values, the link's discount code and the host they came from. It looks at nothing else. */
(function () {
  "use strict";
  var me = document.currentScript || document.querySelector('script[src*="capture.js?key="]');
  var MEMORY = "shopinf-visit";
  var told = null;
  var sent = Object.create(null);

%CARE%
  function quietly(work) {
    return function (argument) {
      try { return work(argument); } catch (error) { /* the shop goes on */ }
    };
  }

  function allows(question, answer) {
    var privacy = own(own(window, "Shopify"), "customerPrivacy");
    // the functions may be its class's own, but not everybody's
    var asked = privacy && !(question in Object.prototype && !own(privacy, question)) && privacy[question];
    return typeof asked === "function" ? asked.call(privacy) === true : own(told, answer) === true;
  }

  function consent() {
    return {
      marketing: allows("marketingAllowed", "marketingAllowed"),
      analytics: allows("analyticsProcessingAllowed", "analyticsAllowed")
    };
  }

  function visit() {
    var kept = quietly(function () { return recalled(sessionStorage.getItem(MEMORY)); })();
    if (kept) return kept;
    var link = /(?:^|; )discount_code=([^;]*)/.exec(document.cookie);
    var found = visited(document, link && decodeURIComponent(link[1]));
    quietly(function () { sessionStorage.setItem(MEMORY, JSON.stringify(found)); })();
    return found;
  }

  function submitted(event) {
    var form = event.target, agreed = consent();
    if (!agreed.marketing || closed(location.pathname) || !(form instanceof HTMLFormElement)) return;
    // asked of the class: a field called "elements" or "getAttribute" stands in the form's own way
    var list = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, "elements").get.call(form);
    var fields = Array.from(list), type = fields.find(function (each) { return each.name === "form_type"; });
    var words = ["id", "class", "name", "action"].map(function (name) {
      return Element.prototype.getAttribute.call(form, name);
    }).join(" ");
    var where = kind(type && type.value, words), who = person(fields);
    if (!where || pays(fields) || !isEmail(who.email) || sent[where + who.email]) return;
    sent[where + who.email] = true;
    post(new URL("events", me.src).href, JSON.stringify(Object.assign({}, agreed.analytics ? visit() : {}, {
      v: 1,
      key: new URL(me.src).searchParams.get("key"),
      form: where,
      consent: agreed
    }, who))).catch(function () {});
  }

  var remember = quietly(function (refusable) {
    var agreed = consent();
    if (agreed.marketing && agreed.analytics) visit();
    else if (refusable) sessionStorage.removeItem(MEMORY);
  });
  document.addEventListener("submit", quietly(submitted), true);
  document.addEventListener("visitorConsentCollected", quietly(function (event) {
    told = event.detail;
    remember(true);
  }));
  quietly(function () {
    var shop = own(window, "Shopify");
    if (!shop || own(shop, "customerPrivacy") || !shop.loadFeatures) return remember();
    shop.loadFeatures([{ name: "consent-tracking-api", version: "0.1" }], function () { remember(); });
  })();
})();
