/* Forms on site: every send has its own key; checking in and reporting say where one is. */
(function () {
  "use strict";

  const LOCATING_MS = 6000;

  function newKey() {
    if (window.crypto.randomUUID) return window.crypto.randomUUID();
    // Without https there is no randomUUID.
    const bytes = window.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  function renew(form) {
    form.elements.client_key.value = newKey();
  }

  const forms = Array.from(document.querySelectorAll("form"), (form) => form)
    .filter((form) => form.elements.client_key);
  forms.forEach((form) => {
    renew(form);
    // What was changed since is another send, not a repeat of the last.
    form.addEventListener("input", () => renew(form));
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) forms.forEach(renew);
  });

  document.querySelectorAll("form[data-locate]").forEach((form) => {
    const hint = form.querySelector("[data-locate-hint]");
    const nowhere = form.dataset.locateNone || "没有取得位置，按无位置签到。";
    let asked = false;

    function send(text) {
      if (hint && text) hint.textContent = text;
      form.requestSubmit();
    }

    form.addEventListener("submit", (event) => {
      if (asked || !navigator.geolocation) return;
      event.preventDefault();
      asked = true;
      if (hint) hint.textContent = "正在定位…";
      // Some browsers never answer while their own question stands open.
      const late = setTimeout(() => send(nowhere), LOCATING_MS + 1000);
      navigator.geolocation.getCurrentPosition(
        (place) => {
          clearTimeout(late);
          form.elements.latitude.value = place.coords.latitude.toFixed(6);
          form.elements.longitude.value = place.coords.longitude.toFixed(6);
          send("");
        },
        () => {
          clearTimeout(late);
          send(nowhere);
        },
        { enableHighAccuracy: true, timeout: LOCATING_MS, maximumAge: 60000 },
      );
    });
  });
})();
