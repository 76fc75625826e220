// Draws what a table on the page says: the table is there first, and for whoever has no scripts it is all.
// ECharts is a classic script that the page loads before this module.

const HEAT_GRID = { left: 112, right: 8, top: 8, bottom: 28 };
const NUMBER_PX_MIN = 32; // in narrower squares numbers would lie on each other
const STYLE = getComputedStyle(document.documentElement);

function color(name) {
  return STYLE.getPropertyValue(name).trim();
}

function rows(table) {
  const heads = [...table.tHead.rows[0].cells].slice(1).map((cell) => (cell.querySelector("button") ?? cell).textContent);
  const lines = [...table.tBodies[0].rows];
  const columns = heads.map((name, at) => ({
    name,
    values: lines.map(({ cells }) => Number(cells[at + 1].dataset.value ?? cells[at + 1].textContent)),
  }));
  return { days: lines.map((line) => line.cells[0].textContent), columns };
}

function common(name, about) {
  return {
    aria: { enabled: true, label: { enabled: true, description: about } }, // its own words are English, and count days
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { color: color("--quiet") },
    title: { text: name, show: false },
  };
}

function overTime({ days, columns }) {
  return {
    color: [color("--accent"), color("--good"), color("--wait")],
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

// A line of squares for each column, each as dark as it is near that column's highest.
function asHeat({ days: pages, columns }, chart) {
  const squares = columns.flatMap(({ values }, line) => {
    const most = Math.max(...values) || 1;
    return values.map((value, page) => ({ value: [page, line, value], itemStyle: { opacity: value / most } }));
  });
  const told = ({ value: [page, line, value] }) => `${columns[line].name}, ${pages[page]}: ${value}`;
  const { left, right, top, bottom } = HEAT_GRID;
  const cell = [(chart.getWidth() - left - right) / pages.length, (chart.getHeight() - top - bottom) / columns.length];
  return {
    grid: HEAT_GRID,
    tooltip: { renderMode: "richText", confine: true, formatter: told },
    xAxis: { type: "category", data: pages, axisTick: { show: false } },
    yAxis: {
      type: "category",
      data: columns.map(({ name }) => name),
      inverse: true,
      axisTick: { show: false },
      axisLabel: { width: left - 16, overflow: "break" },
      splitLine: { show: true, lineStyle: { color: color("--line") } },
    },
    series: {
      type: "scatter",
      symbol: "rect",
      symbolSize: cell,
      data: squares,
      itemStyle: { color: color("--accent") },
      label: {
        show: cell[0] >= NUMBER_PX_MIN,
        opacity: 1,
        formatter: ({ value }) => value[2],
        color: color("--ink"),
        textBorderColor: color("--card"),
        textBorderWidth: 3,
      },
    },
  };
}

const KINDS = { heat: asHeat };

function saving(chart, box) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = box.dataset.save;
  button.setAttribute("aria-label", `${box.dataset.save} · ${box.dataset.chartName}`);
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
  const kind = KINDS[box.dataset.chartAs] ?? overTime;
  const show = () => chart.setOption({ ...common(box.dataset.chartName, box.dataset.chartAbout), ...kind(rows(table), chart) });
  show();
  saving(chart, box);
  new ResizeObserver(() => (chart.resize(), show())).observe(box);
}

if (globalThis.echarts) {
  for (const box of document.querySelectorAll("[data-chart]")) draw(box);
}
