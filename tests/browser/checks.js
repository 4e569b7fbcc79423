/* An expression: what a page looks at in itself. Evaluated by checks.py. */
({
  /** Words of the page that are not Chinese, and half-width punctuation among Chinese words. */
  foreignWords() {
    // Exact bytes, names of files and what a person typed are not the page's own words.
    const exact = "code, pre, kbd, samp, script, style, textarea, .mono";
    const files = /[\w.-]+\.(xlsx|zip|py|json|tsv|png|txt|html)\b/g;
    const codes = /https?:\/\/\S+|\b[0-9a-f]{32,}\b|\b[A-Z0-9]+(-[A-Z0-9]+)+\b|\b[0-9A-Z]{10,}\b/g;
    const names = /\b(Excel|Word|xlsx|csv|JSON|PDF|PNG|JPE?G|WebP|HEIC|SHA|HMAC|HTTP|API|Python)\b/gi;
    const english = /[A-Za-z]{4,}|\b(None|True|False|null|NaN|Yes|No)\b|\{\{|\{%/;
    const halfWidth = /[\u4e00-\u9fff][,;:?!]|[,;:?!()][\u4e00-\u9fff]/;
    const found = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement.checkVisibility() || node.parentElement.closest(exact)) continue;
      const text = node.textContent.trim().replace(codes, "").replace(files, "").replace(names, "");
      if (english.test(text)) found.add(text);
      if (halfWidth.test(text)) found.add(`半角标点：${text}`);
    }
    return [...found].map((text) => text.slice(0, 80));
  },

  /** Elements that stick out of the screen at the right and cannot be scrolled by themselves. */
  overflowing() {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const scrolls = (element) => {
      for (let up = element.parentElement; up; up = up.parentElement) {
        if (getComputedStyle(up).overflowX !== "visible") return true;
      }
      return false;
    };
    const found = [...document.body.querySelectorAll("*")]
      .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > width + 1)
      .filter((one) => !scrolls(one))
      .map((one) => `${one.tagName.toLowerCase()}.${one.className}`);
    return [`页面宽 ${document.documentElement.scrollWidth}，屏幕宽 ${width}`, ...found];
  },

  /** Words that lie over other words: text that outgrew its box. */
  overlapping() {
    // These lie over the page on purpose.
    const layers = ".visually-hidden, .skip, .bottombar, .demo-bar, dialog:not([open]), option";
    const isClipped = (element) => {
      for (let up = element; up; up = up.parentElement) {
        if (getComputedStyle(up).clip !== "auto") return true;
      }
      return false;
    };
    const boxes = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const owner = node.parentElement;
      const text = node.textContent.trim();
      if (!text || owner.closest(layers) || !owner.checkVisibility({ visibilityProperty: true })) continue;
      if (isClipped(owner)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) boxes.push({ box, owner, text: text.slice(0, 20) });
    }
    const found = [];
    boxes.forEach((one, index) => boxes.slice(index + 1).forEach((other) => {
      if (one.owner === other.owner) return;
      const [a, b] = [one.box, other.box];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 4 && down > Math.min(a.height, b.height) / 2) found.push(`${one.text} × ${other.text}`);
    }));
    return found;
  },
})
