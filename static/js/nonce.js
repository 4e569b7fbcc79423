/* A party's random number for a draw (format dr-1): made, kept and handed over in its browser. */
(function () {
  "use strict";

  const NONCE = /^[0-9a-f]{64}$/;
  const LABEL = "随机数：";

  /** SHA-256("dr-nonce-v1" 00 draw number 00 party code 00 nonce text), lower-case hex. */
  function commitmentOf(draw, party, nonce) {
    return window.sha256Hex(new TextEncoder().encode(["dr-nonce-v1", draw, party, nonce].join("\0")));
  }

  function newNonce() {
    const bytes = window.crypto.getRandomValues(new Uint8Array(32));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  const keyOf = ({ draw, party }) => `nonce:${draw}:${party}`;

  function keep(field, nonce) {
    try {
      window.localStorage.setItem(keyOf(field.dataset), nonce);
      return true;
    } catch {
      return false;
    }
  }

  function kept(field) {
    try {
      return window.localStorage.getItem(keyOf(field.dataset)) || "";
    } catch {
      return "";
    }
  }

  function slipText(field, nonce, commitment) {
    return [
      "随机抽取参与方凭条（请妥善保管，揭示前不要给任何人看）",
      `抽取编号：${field.dataset.draw}`,
      `参与方：${field.dataset.partyName}（${field.dataset.party}）`,
      `生成时间：${new Date().toLocaleString("zh-CN", { hour12: false })}`,
      LABEL + nonce,
      `承诺：${commitment}`,
      "",
    ].join("\r\n");
  }

  function download(name, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function printSlip(text) {
    const frame = document.createElement("iframe");
    frame.className = "visually-hidden";
    document.body.append(frame);
    const page = frame.contentDocument;
    page.title = "随机数凭条";
    const words = page.createElement("pre");
    words.textContent = text;
    words.style.font = "12pt/1.8 serif";
    words.style.whiteSpace = "pre-wrap";
    words.style.overflowWrap = "anywhere";
    page.body.append(words);
    frame.contentWindow.addEventListener("afterprint", () => frame.remove());
    frame.contentWindow.print();
  }

  function setUpCommit(field) {
    const { draw, party } = field.dataset;
    const input = field.querySelector("input[name=commitment]");
    const error = field.querySelector("[data-nonce-error]");
    const makeButton = field.querySelector("[data-nonce-make]");
    let nonce = "";

    function present() {
      input.value = commitmentOf(draw, party, nonce);
      field.querySelector("[data-nonce-text]").textContent = nonce;
      field.querySelector("[data-nonce-commitment]").textContent = input.value;
      field.querySelector("[data-nonce-result]").hidden = false;
      makeButton.hidden = true;
      error.hidden = true;
    }

    makeButton.addEventListener("click", () => {
      nonce = newNonce();
      const stored = keep(field, nonce);
      present();
      if (!stored) {
        error.textContent = "本机浏览器不能保存随机数，请务必下载或打印凭条。";
        error.hidden = false;
      }
    });
    field.querySelector("[data-nonce-save]").addEventListener("click", () => {
      download(`凭条-${draw}-${field.dataset.partyName}.txt`, slipText(field, nonce, input.value));
    });
    field.querySelector("[data-nonce-print]").addEventListener("click", () => {
      printSlip(slipText(field, nonce, input.value));
    });
    input.form.addEventListener("submit", (event) => {
      if (input.value) return;
      event.preventDefault();
      error.textContent = "请先生成随机数。";
      error.hidden = false;
    });
    // A page opened again before sending goes on with the same number.
    if (NONCE.test(kept(field))) {
      nonce = kept(field);
      present();
    }
  }

  function setUpReveal(field) {
    const { draw, party, commitment } = field.dataset;
    const input = field.querySelector("input[name=nonce]");
    const state = field.querySelector("[data-nonce-state]");
    const idle = state.textContent;

    function check() {
      const nonce = input.value.trim().toLowerCase();
      if (nonce !== input.value) input.value = nonce;
      const complete = NONCE.test(nonce);
      const good = complete && commitmentOf(draw, party, nonce) === commitment;
      state.classList.toggle("is-good", good);
      state.classList.toggle("is-wrong", complete && !good);
      if (good) state.textContent = "✓ 与当时交出的承诺一致，可以揭示。";
      else if (complete) state.textContent = "✗ 与当时交出的承诺不一致，请核对是否是这一次抽取的凭条。";
      else state.textContent = nonce ? `已输入 ${nonce.length} 个字符，应为 64 个数字或 a–f。` : idle;
      input.setCustomValidity(!nonce || good ? "" : state.textContent);
    }

    input.addEventListener("input", check);
    field.querySelector("[data-nonce-load]").addEventListener("change", async (event) => {
      const file = event.target.files[0];
      if (!file || file.size > 10000) return;
      const text = await file.text();
      const found = text.slice(text.indexOf(LABEL) + 1).match(/[0-9a-f]{64}/);
      input.value = found ? found[0] : "";
      check();
      if (!found) state.textContent = "这个文件里没有随机数，请选择当时下载的凭条。";
    });
    if (!input.value) input.value = kept(field);
    check();
  }

  document.querySelectorAll('[data-nonce="commit"]').forEach(setUpCommit);
  document.querySelectorAll('[data-nonce="reveal"]').forEach(setUpReveal);
})();
