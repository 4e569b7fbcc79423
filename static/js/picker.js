/* Long choices become searchable: a long <select> a combobox, a long list of boxes gets a filter.
   Without script both stay as they are. See docs/interface.md. */
(function () {
  "use strict";

  const LONG = 13;
  const NOT_FOUND = "没有符合的选项";
  let made = 0;

  /* How well a text fits what was typed, smaller is better, -1 not at all. The characters need only
     stand in order, so that 城管局 finds 城市管理局 and 卫健委 the 卫生健康委员会. */
  function fit(text, typed) {
    if (!typed) return 0;
    const at = text.indexOf(typed);
    if (text === typed) return 0;
    if (at >= 0) return at === 0 ? 1 : 2;
    let from = 0;
    for (const sign of typed) {
      from = text.indexOf(sign, from) + 1;
      if (!from) return -1;
    }
    return 3;
  }

  const plain = (text) => text.replace(/\s+/g, "").toLowerCase();

  function element(name, attributes, ...children) {
    const node = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
    node.append(...children);
    return node;
  }

  /* A select becomes a combobox (ARIA 1.2); the select stays and holds the value. */

  class Picker {
    constructor(select) {
      made += 1;
      this.select = select;
      this.options = Array.from(select.options).filter((option) => !option.disabled);
      this.empty = this.options.find((option) => option.value === "");
      this.active = -1;
      this.shown = [];
      this.build(`picker-${made}`);
      this.show();
      this.listen();
    }

    build(id) {
      const { select } = this;
      this.list = element("ul", { class: "picker-list", id, role: "listbox", "aria-label": "可选项", hidden: "" });
      this.told = element("span", { class: "visually-hidden", role: "status" });
      this.input = element("input", {
        type: "text", class: select.className, id: `${select.id || id}_picker`, role: "combobox", autocomplete: "off",
        "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list",
        placeholder: this.empty ? this.empty.text : "请选择",
      });
      ["aria-describedby", "aria-label", "aria-invalid"].forEach((name) => {
        if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
      });
      this.input.disabled = select.disabled;
      this.input.required = select.required;
      select.required = false;
      Array.from(select.labels || []).forEach((label) => { label.htmlFor = this.input.id; });
      const wrap = element("div", { class: "picker" });
      select.replaceWith(wrap);
      select.hidden = true;
      wrap.append(this.input, this.list, this.told, select);
    }

    show() {
      const chosen = this.select.selectedOptions[0];
      this.input.value = chosen && chosen.value !== "" ? chosen.text : "";
    }

    listen() {
      const { input, list, select } = this;
      select.addEventListener("change", () => this.show());
      input.addEventListener("input", () => this.open(plain(input.value)));
      input.addEventListener("click", () => (list.hidden ? this.open("") : this.close()));
      input.addEventListener("focus", () => input.select());
      input.addEventListener("blur", () => this.leave());
      input.addEventListener("keydown", (event) => this.key(event));
      // The field keeps the focus while the mouse is on the list.
      list.addEventListener("mousedown", (event) => event.preventDefault());
      list.addEventListener("click", (event) => {
        const row = event.target.closest("[role=option]");
        if (row) this.choose(this.shown[Number(row.dataset.at)]);
      });
      if (select.form) select.form.addEventListener("reset", () => setTimeout(() => this.show(), 0));
    }

    open(typed) {
      const fits = this.options
        .map((option) => ({ option, rank: fit(plain(option.text), typed) }))
        .filter((each) => each.rank >= 0 && !(typed && each.option.value === ""));
      if (typed) fits.sort((a, b) => a.rank - b.rank);
      this.shown = fits.map((each) => each.option);
      this.list.replaceChildren(...this.rows(typed));
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      this.told.textContent = this.shown.length ? `${this.shown.length} 个选项` : NOT_FOUND;
      const chosen = this.shown.findIndex((option) => option.selected);
      this.mark(typed ? (this.shown.length ? 0 : -1) : chosen);
    }

    rows(typed) {
      if (!this.shown.length) return [element("li", { class: "picker-none", role: "presentation" }, NOT_FOUND)];
      const rows = [];
      let group = null;
      this.shown.forEach((option, at) => {
        const own = option.parentElement;
        if (!typed && own !== group && own.tagName === "OPTGROUP") {
          rows.push(element("li", { class: "picker-group", role: "presentation" }, own.label));
        }
        group = own;
        rows.push(element("li", {
          role: "option", id: `${this.list.id}-${at}`, "data-at": at, "aria-selected": String(option.selected),
        }, option.text));
      });
      return rows;
    }

    mark(at) {
      this.active = at;
      this.list.querySelectorAll("[role=option]").forEach((row, index) => {
        row.classList.toggle("is-active", index === at);
        if (index === at) row.scrollIntoView({ block: "nearest" });
      });
      if (at < 0) this.input.removeAttribute("aria-activedescendant");
      else this.input.setAttribute("aria-activedescendant", `${this.list.id}-${at}`);
    }

    close() {
      this.list.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
      this.told.textContent = "";
    }

    choose(option) {
      this.close();
      if (option && !option.selected) {
        option.selected = true;
        this.select.dispatchEvent(new Event("input", { bubbles: true }));
        this.select.dispatchEvent(new Event("change", { bubbles: true }));
      }
      this.show();
    }

    /* What was typed whole, or emptied, is taken; anything else is put back. */
    leave() {
      const typed = plain(this.input.value);
      this.choose(typed ? this.options.find((option) => plain(option.text) === typed) : this.empty);
    }

    key(event) {
      const isOpen = !this.list.hidden;
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isOpen) return this.open("");
        const step = event.key === "ArrowDown" ? 1 : -1;
        if (this.shown.length) this.mark((this.active + step + this.shown.length) % this.shown.length);
      } else if (event.key === "Enter" && isOpen) {
        event.preventDefault();
        this.choose(this.shown[this.active]);
      } else if (event.key === "Escape" && isOpen) {
        event.preventDefault();
        event.stopPropagation();
        this.close();
        this.show();
      } else if (event.key === "Tab" && isOpen && this.active >= 0) {
        this.choose(this.shown[this.active]);
      }
    }
  }

  /* Boxes to tick: what does not fit is hidden, what is ticked always stays. */

  function addFilter(fieldset) {
    const rows = Array.from(fieldset.querySelectorAll("input[type=checkbox]"), (box) => box.closest("div"));
    const legend = fieldset.querySelector("legend");
    const name = legend.firstChild.textContent.trim();
    const input = element("input", {
      type: "search", class: "form-control", placeholder: "输入名称筛选", "aria-label": `按名称筛选：${name}`, autocomplete: "off",
    });
    const told = element("span", { class: "muted", role: "status" });
    const count = () => {
      const chosen = rows.filter((row) => row.querySelector("input").checked).length;
      told.textContent = `共 ${rows.length} 项，已选 ${chosen} 项`;
    };
    input.addEventListener("input", () => {
      const typed = plain(input.value);
      rows.forEach((row) => {
        row.hidden = !row.querySelector("input").checked && fit(plain(row.textContent), typed) < 0;
      });
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) event.preventDefault();
    });
    fieldset.addEventListener("change", count);
    legend.after(element("div", { class: "choices-filter" }, input, told));
    fieldset.classList.add("is-long");
    count();
  }

  function enhance(root) {
    root.querySelectorAll("select.form-select:not([multiple]):not([hidden])").forEach((select) => {
      if (select.options.length >= LONG) new Picker(select);
    });
    root.querySelectorAll("fieldset.choices:not(.is-long)").forEach((fieldset) => {
      if (fieldset.querySelectorAll("input[type=checkbox]").length >= LONG) addFilter(fieldset);
    });
  }

  enhance(document);
  document.addEventListener("htmx:load", (event) => enhance(event.target));
})();
