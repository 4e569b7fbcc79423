/* Signature fields: what is drawn goes as a PNG data URL into the hidden input. */
(function () {
  "use strict";

  document.querySelectorAll("[data-signature]").forEach((field) => {
    const canvas = field.querySelector("canvas");
    const input = field.querySelector("input");
    const error = field.querySelector("[data-signature-error]");
    const pad = new window.SignaturePad(canvas, { minWidth: 0.8, maxWidth: 2.6, penColor: "#101820" });

    function fit() {
      const ratio = Math.max(window.devicePixelRatio || 1, 1);
      const width = Math.round(canvas.offsetWidth * ratio);
      const height = Math.round(canvas.offsetHeight * ratio);
      if (!width || (canvas.width === width && canvas.height === height)) return;
      const strokes = pad.toData();
      canvas.width = width;
      canvas.height = height;
      canvas.getContext("2d").scale(ratio, ratio);
      pad.fromData(strokes);
    }

    pad.addEventListener("endStroke", () => {
      input.value = pad.toDataURL("image/png");
      error.hidden = true;
    });
    field.querySelector("[data-signature-clear]").addEventListener("click", () => {
      pad.clear();
      input.value = "";
    });
    // Before the double-click guard of app.js sees the event.
    input.form.addEventListener("submit", (event) => {
      if (input.value || !("required" in field.dataset)) return;
      event.preventDefault();
      error.hidden = false;
      field.scrollIntoView({ block: "center" });
    });
    new ResizeObserver(fit).observe(canvas);
    fit();
  });
})();
