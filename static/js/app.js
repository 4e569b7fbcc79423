/* Behaviour of the components, found by data- attributes; see docs/interface.md. */
(function () {
  "use strict";

  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const draftKeepers = new WeakMap();
  const on = (type, handler, options) => document.addEventListener(type, handler, options);

  /* Dialogs */

  function show(dialog) {
    if (dialog && !dialog.open) dialog.showModal();
  }

  async function fragment(url) {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return answer.text();
  }

  async function openSheet(url, title) {
    const sheet = $("#sheet");
    const body = $("#sheet-body");
    $("#sheet-title").textContent = title || "详情";
    body.textContent = "正在读取…";
    show(sheet);
    try {
      body.innerHTML = await fragment(url);
      if (window.htmx) window.htmx.process(body);
    } catch {
      body.textContent = "没有读到内容，请检查网络后再试一次。";
    }
  }

  on("click", (event) => {
    const target = event.target;
    if (!(target instanceof Element)) return;
    const sheetLink = target.closest("a[data-dialog]");
    if (sheetLink && $("#sheet") && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      openSheet(sheetLink.href, sheetLink.dataset.dialog);
      return;
    }
    const actOpen = target.closest("[data-act-open]");
    if (actOpen) show($("dialog", actOpen.closest("[data-act]")));
    const opener = target.closest("[data-open]");
    if (opener) show(document.getElementById(opener.dataset.open));
    if (target.closest("[data-close]")) target.closest("dialog").close();
    if (target instanceof HTMLDialogElement && target.open) {
      const box = target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right
        && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside && event.detail > 0) target.close();
    }
    if (target.closest("[data-print]")) window.print();
    if (target.closest("[data-back]")) window.history.back();
    if (target.closest("[data-dismiss]")) target.closest(".toast-line").remove();
    $$("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(target)) menu.open = false;
    });
  });

  /* A form is sent once, however often the button is pressed. */

  on("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post") || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    if (draftKeepers.has(form)) draftKeepers.get(form)();
    const buttons = $$("button:not([type=button])", form);
    if (form.id) buttons.push(...$$(`button[form="${CSS.escape(form.id)}"]`));
    // Only after the browser has read which button was pressed.
    setTimeout(() => buttons.forEach((button) => {
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
    }), 0);
  });

  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    $$("form[data-sent]").forEach((form) => delete form.dataset.sent);
    $$("button[aria-busy]").forEach((button) => {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    });
  });

  /* Keys */

  on("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && $("[data-search]")) {
      event.preventDefault();
      $("[data-search]").focus();
    }
    if (event.key === "Escape") {
      hideCard();
      $$("details[data-menu][open]").forEach((menu) => {
        menu.open = false;
        $("summary", menu).focus();
      });
    }
  });

  on("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
  });

  /* Copying; the older way serves addresses without https. */

  async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    (document.querySelector("dialog[open]") || document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("copy refused");
  }

  on("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const word = $("span", button) || button;
    const before = button.dataset.word || word.textContent;
    button.dataset.word = before;
    try {
      await copy(button.dataset.copy);
      word.textContent = "已复制";
    } catch {
      word.textContent = "请手动复制";
    }
    setTimeout(() => { word.textContent = before; }, 1600);
  });

  /* Hover cards */

  const cards = new Map();
  let cardTimer = 0;
  let cardOwner = null;

  function hideCard() {
    clearTimeout(cardTimer);
    cardOwner = null;
    const card = $("#hover-card");
    if (card) card.hidden = true;
  }

  async function showCard(owner) {
    const card = $("#hover-card");
    if (!card) return;
    cardOwner = owner;
    const url = owner.dataset.card;
    try {
      if (!cards.has(url)) cards.set(url, await fragment(url));
    } catch {
      return;
    }
    if (cardOwner !== owner) return;
    card.innerHTML = cards.get(url);
    card.hidden = false;
    const box = owner.getBoundingClientRect();
    const below = box.bottom + 8 + card.offsetHeight < window.innerHeight;
    const top = below ? box.bottom + 6 : box.top - card.offsetHeight - 6;
    card.style.top = `${Math.max(8, top)}px`;
    card.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - card.offsetWidth - 8))}px`;
  }

  function planCard(event) {
    if (!(event.target instanceof Element)) return;
    const owner = event.target.closest("[data-card]");
    if (owner === cardOwner && owner) {
      clearTimeout(cardTimer);
      return;
    }
    if (owner) {
      clearTimeout(cardTimer);
      cardTimer = setTimeout(() => showCard(owner), 250);
    } else if (event.target.closest("#hover-card")) {
      clearTimeout(cardTimer);
    } else if (cardOwner || cardTimer) {
      clearTimeout(cardTimer);
      cardTimer = setTimeout(hideCard, 200);
    }
  }

  on("mouseover", planCard);
  on("focusin", planCard);
  // A finger cannot hover: the first tap shows the card, which holds the link.
  on("click", (event) => {
    const owner = event.target instanceof Element && event.target.closest("[data-card]");
    const finger = window.matchMedia("(hover: none)").matches;
    if (owner && (finger || owner.tagName === "BUTTON") && cardOwner !== owner) {
      event.preventDefault();
      showCard(owner);
    } else if (finger && !owner && !event.target.closest("#hover-card")) {
      hideCard();
    }
  });
  on("scroll", () => { if (cardOwner) hideCard(); }, { capture: true, passive: true });

  /* Ticked rows */

  function countTicked(form) {
    const boxes = $$("[data-bulk]", form);
    const ticked = boxes.filter((box) => box.checked).length;
    const all = $("[data-bulk-all]", form);
    if (all) {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
    $("[data-bulk-count]", form).textContent = ticked;
    $("[data-bulk-bar]", form).hidden = ticked === 0;
  }

  on("change", (event) => {
    const form = event.target.closest("[data-bulk-form]");
    if (!form) return;
    if (event.target.matches("[data-bulk-all]")) {
      $$("[data-bulk]", form).forEach((box) => { box.checked = event.target.checked; });
    }
    countTicked(form);
  });

  on("click", (event) => {
    const none = event.target.closest("[data-bulk-none]");
    if (!none) return;
    const form = none.closest("form");
    $$("[data-bulk], [data-bulk-all]", form).forEach((box) => { box.checked = false; });
    countTicked(form);
  });

  /* Files */

  function listFiles(input) {
    const list = $("[data-drop-list]", input.closest("[data-drop]"));
    list.replaceChildren(...Array.from(input.files).map((file) => {
      const row = document.createElement("li");
      const size = file.size < 1048576 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / 1048576).toFixed(1)} MB`;
      row.textContent = `${file.name}（${size}）`;
      return row;
    }));
  }

  on("change", (event) => {
    if (event.target.matches("[data-drop] input[type=file]")) listFiles(event.target);
  });
  ["dragover", "dragleave", "drop"].forEach((type) => on(type, (event) => {
    const drop = event.target instanceof Element && event.target.closest("[data-drop]");
    if (drop) drop.classList.toggle("is-over", type === "dragover");
  }));

  /* Drafts: what was typed stays in this browser until the form has been saved. */

  const KEPT = "input:not([type=hidden]):not([type=password]):not([type=file]), textarea, select";

  function draftKey(form) {
    return `draft:${document.body.dataset.user}:${form.dataset.draft}`;
  }

  function read(form) {
    const values = {};
    $$(KEPT, form).forEach((control) => {
      if (!control.name) return;
      let value = control.value;
      if (control.type === "checkbox" || control.type === "radio") value = control.checked ? [control.value] : [];
      else if (control.multiple) value = Array.from(control.selectedOptions, (option) => option.value);
      else value = [value];
      values[control.name] = (values[control.name] || []).concat(value);
    });
    return values;
  }

  function write(form, values) {
    const left = Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.slice()]));
    $$(KEPT, form).forEach((control) => {
      const list = left[control.name];
      if (!list) return;
      if (control.type === "checkbox" || control.type === "radio") control.checked = list.includes(control.value);
      else if (control.multiple) Array.from(control.options).forEach((option) => { option.selected = list.includes(option.value); });
      else if (list.length) control.value = list.shift();
      control.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  function setUpDraft(form) {
    const key = draftKey(form);
    let store = null;
    try {
      store = window.localStorage;
      const kept = JSON.parse(store.getItem(key) || "null");
      const refused = $(".is-invalid, .notice-bad", form.closest("main") || document);
      if (kept && kept.sent && !refused) store.removeItem(key);
      else if (kept && !refused && JSON.stringify(kept.values) !== JSON.stringify(read(form))) offerDraft(form, kept, key);
    } catch {
      store = null;
    }
    if (!store) return;
    const keep = (sent) => {
      try {
        store.setItem(key, JSON.stringify({ at: Date.now(), sent, values: read(form) }));
      } catch {
        /* A full store loses the draft, never the form. */
      }
    };
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => keep(false), 400);
    });
    draftKeepers.set(form, () => {
      clearTimeout(timer);
      keep(true);
    });
  }

  function offerDraft(form, kept, key) {
    const bar = document.createElement("div");
    bar.className = "draft-bar";
    const text = document.createElement("span");
    text.textContent = `本机有 ${new Date(kept.at).toLocaleString("zh-CN", { hour12: false })} 未提交的草稿。`;
    const button = (label, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "btn btn-sm";
      made.textContent = label;
      made.addEventListener("click", () => { act(); bar.remove(); });
      return made;
    };
    bar.append(
      text,
      button("恢复草稿", () => write(form, kept.values)),
      button("丢弃", () => window.localStorage.removeItem(key)),
    );
    form.prepend(bar);
  }

  /* A browser cuts off without a word what is longer than a field takes: said while it is full. */

  on("input", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLTextAreaElement) || field.maxLength < 0) return;
    const shown = field.nextElementSibling?.matches("[data-full]") ? field.nextElementSibling : null;
    const full = field.value.length >= field.maxLength;
    if (full && !shown) field.after(fullNote(field.maxLength));
    if (!full && shown) shown.remove();
  });

  function fullNote(most) {
    const note = document.createElement("span");
    note.className = "field-error";
    note.dataset.full = "";
    note.setAttribute("role", "status");
    note.textContent = `最多 ${most} 字，已经写满；粘贴时超出的部分没有录入，请检查结尾。`;
    return note;
  }

  /* What htmx could not load is said in words. */

  on("htmx:responseError", () => toast("操作没有成功，请刷新页面后重试。"));
  on("htmx:sendError", () => toast("网络不通，操作没有送达。"));

  function toast(text) {
    const box = $("#toasts");
    if (!box) return;
    const line = document.createElement("div");
    line.className = "toast-line is-error";
    const words = document.createElement("span");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-icon";
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", "关闭");
    close.textContent = "×";
    line.append(words, close);
    box.append(line);
  }

  $$("form[data-draft]").forEach(setUpDraft);
  $$("[data-bulk-form]").forEach(countTicked);
  $$("[data-drop] input[type=file]").forEach(listFiles);
  $$("[data-fade]").forEach((line) => setTimeout(() => line.remove(), 6000));
  const summary = $("[data-focus]");
  if (summary) summary.focus();
})();
