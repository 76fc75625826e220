// Draws what a table on the page says: the table is there first, and for whoever has no scripts it is all.
// ECharts is a classic script that the page loads before this module.

const STYLE = getComputedStyle(document.documentElement);

function color(name) {
  return STYLE.getPropertyValue(name).trim();
}

function rows(table) {
  const heads = [...table.tHead.rows[0].cells].slice(1).map((cell) => (cell.querySelector("button") ?? cell).textContent);
  const lines = [...table.tBodies[0].rows];
  const columns = heads.map((name, at) => ({
    name,
    values: lines.map((line) => Number(line.cells[at + 1].textContent)),
  }));
  return { days: lines.map((line) => line.cells[0].textContent), columns };
}

function options(name, about, { days, columns }) {
  const colors = [color("--accent"), color("--good"), color("--wait")];
  return {
    aria: { enabled: true, label: { enabled: true, description: about } }, // its own words are English, and count days
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    color: colors,
    textStyle: { color: color("--quiet") },
    title: { text: name, show: false },
    legend: { top: 0, textStyle: { color: color("--ink") } },
    grid: { left: 8, right: 32, top: 36, bottom: 8, outerBoundsMode: "same" },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true }, // HTML would need styles in attributes
    xAxis: { type: "category", data: days },
    yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: color("--line") } } },
    series: columns.map(({ name: series, values }, at) => ({
      type: at ? "line" : "bar",
      name: series,
      data: values,
      barMaxWidth: 64,
      symbol: "none",
    })),
  };
}

function saving(chart, box) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = box.dataset.save;
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: color("--card") });
    link.download = `${box.dataset.chartName}.png`;
    link.click();
  });
  box.after(button);
}

function draw(box) {
  const table = document.querySelector(box.dataset.chart);
  box.hidden = false;
  const chart = globalThis.echarts.init(box);
  chart.setOption(options(box.dataset.chartName, box.dataset.chartAbout, rows(table)));
  saving(chart, box);
  new ResizeObserver(() => chart.resize()).observe(box);
}

if (globalThis.echarts) {
  for (const box of document.querySelectorAll("[data-chart]")) draw(box);
}
