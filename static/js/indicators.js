/* The editor of indicators: the running sum of weights, new lines, moving lines. Without it the
   server adds lines and the numbers typed give the order. */
(function () {
  "use strict";

  const form = document.querySelector("[data-lines]");
  if (!form) return;
  const body = form.querySelector(".lines tbody");
  const total = form.querySelector('[name="lines-TOTAL_FORMS"]');
  const blank = form.querySelector("[data-blank]");
  const full = Math.round(Number(form.dataset.full) * 100);

  const rows = () => Array.from(body.querySelectorAll("[data-line]"));
  const control = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const points = (hundredths) => (hundredths / 100).toFixed(2);

  function adds(row) {
    const chosen = control(row, "event").selectedOptions[0];
    return Boolean(chosen && chosen.parentNode.label && chosen.parentNode.label.startsWith("加分"));
  }

  function sum() {
    const sums = { takes: 0, adds: 0 };
    rows().forEach((row) => {
      if (control(row, "DELETE").checked) return;
      sums[adds(row) ? "adds" : "takes"] += Math.round(Number(control(row, "weight").value || 0) * 100);
    });
    const box = form.querySelector("[data-sum]");
    box.hidden = false;
    box.classList.toggle("is-off", sums.takes !== full);
    box.querySelector("[data-sum-takes]").textContent = points(sums.takes);
    box.querySelector("[data-sum-adds]").textContent = points(sums.adds);
    const off = sums.takes - full;
    box.querySelector("[data-sum-state]").textContent =
      off === 0 ? "，正好" : off > 0 ? `，多 ${points(off)} 分` : `，还差 ${points(-off)} 分`;
  }

  function number() {
    rows().forEach((row, index) => { control(row, "ORDER").value = index + 1; });
  }

  function move(row, by) {
    const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (by < 0) body.insertBefore(row, other);
    else body.insertBefore(other, row);
    number();
  }

  function add() {
    const made = blank.content.querySelector("[data-line]").cloneNode(true);
    const index = total.value;
    made.querySelectorAll("[name], [id], [for], [aria-describedby]").forEach((node) => {
      ["name", "id", "for", "aria-describedby"].forEach((name) => {
        if (node.hasAttribute(name)) node.setAttribute(name, node.getAttribute(name).replaceAll("__prefix__", index));
      });
    });
    body.append(made);
    total.value = Number(index) + 1;
    made.querySelectorAll("[data-moves]").forEach((node) => { node.hidden = false; });
    made.dispatchEvent(new Event("htmx:load", { bubbles: true }));
    number();
    control(made, "name").focus();
    sum();
  }

  form.querySelectorAll("[data-moves]").forEach((node) => { node.hidden = false; });
  form.addEventListener("input", sum);
  form.addEventListener("change", sum);
  form.addEventListener("click", (event) => {
    const mover = event.target.closest("[data-move]");
    if (mover) {
      move(mover.closest("[data-line]"), Number(mover.dataset.move));
      mover.focus();
    } else if (event.target.closest("[data-more]")) {
      event.preventDefault();
      add();
    }
  });
  sum();
})();
