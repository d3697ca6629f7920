// A custom pixel that loads another party's script. Paste it in the Shopify admin under Settings > Customer events >
// Add custom pixel, choose Permission: Required with Marketing and Analytics, save, and connect it.
//
// The script is loaded once the visitor has agreed to marketing and analytics. It runs in the pixel's sandbox, apart
// from the page: a script that reads forms by itself needs the theme snippet instead.
(function () {
  "use strict";
  const SCRIPT = "%SRC%";
  let loaded = false;

  function load(privacy) { // anything but a clear yes is a no
    if (loaded || !privacy || privacy.marketingAllowed !== true || privacy.analyticsProcessingAllowed !== true) return;
    loaded = true;
    if (document.readyState === "complete") setTimeout(fetchIt, 0);
    else window.addEventListener("load", () => setTimeout(fetchIt, 0), { once: true }); // nothing waits for it
  }

  function fetchIt() {
    const script = document.createElement("script");
    script.async = true;
    script.referrerPolicy = "strict-origin";
    script.src = SCRIPT;
    document.head.appendChild(script);
  }

  try {
    load(init.customerPrivacy);
    api.customerPrivacy.subscribe("visitorConsentCollected", (event) => load(event.customerPrivacy));
  } catch (error) { /* the shop goes on without it */ }
})();
