/* Draws every [data-chart] with ECharts from the JSON of the script element it names. */
(function () {
  "use strict";

  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const PALETTE = ["--accent", "--ink-3", "--ok", "--warn", "--bad", "--control"].map(token);

  function withDefaults(options) {
    const text = { color: token("--ink-2"), fontFamily: token("--sans") };
    const axis = (given) => [].concat(given || []).map((one) => ({
      axisLine: { lineStyle: { color: token("--rule-2") } },
      axisTick: { show: false },
      axisLabel: { color: token("--ink-2") },
      splitLine: { lineStyle: { color: token("--rule") } },
      ...one,
    }));
    return {
      color: PALETTE,
      animation: !calm,
      animationDuration: 300,
      grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
      ...options,
      textStyle: { ...text, ...options.textStyle },
      // Rich text is drawn on the canvas: a strict content security policy forbids styled markup.
      tooltip: { trigger: "item", confine: true, ...options.tooltip, renderMode: "richText" },
      ...(options.xAxis ? { xAxis: axis(options.xAxis) } : {}),
      ...(options.yAxis ? { yAxis: axis(options.yAxis) } : {}),
    };
  }

  function draw(box) {
    const source = document.getElementById(box.dataset.chart);
    const chart = window.echarts.init(box, null, { locale: "ZH" });
    chart.setOption(withDefaults(JSON.parse(source.textContent)));
    chart.on("click", (event) => {
      const url = event.data && event.data.url;
      if (url) window.location.assign(url);
    });
    new ResizeObserver(() => chart.resize()).observe(box);
  }

  document.querySelectorAll("[data-chart]").forEach(draw);
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) event.detail.elt.querySelectorAll("[data-chart]").forEach(draw);
  });
})();
