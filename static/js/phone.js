/* Signal state of the phone shell, and how much waits to be sent. */
(function () {
  "use strict";

  const signal = document.querySelector("[data-signal]");
  if (!signal) return;
  const waiting = signal.querySelector("[data-pending]");

  function show() {
    signal.classList.toggle("is-off", !navigator.onLine);
  }

  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  document.addEventListener("queue:change", (event) => {
    const pending = event.detail.pending;
    waiting.hidden = !pending;
    waiting.textContent = pending ? `待发送 ${pending}` : "";
  });
  show();
})();
