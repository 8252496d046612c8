/** Curves of a study. Python sends `runs` and `dials`; the page sets `chosen`, `kept` and `place`. */

const BOX = { ...inside(760, 340), left: 70, right: 600 };
const share = (value) => `${(100 * value).toFixed(0)} %`;
const count = (value) => (typeof value === "number" ? value.toLocaleString("en") : value);

function render({ model, el }) {
  const put = (name, value) => (model.set(name, value), model.save_changes());
  const run = (label = model.get("chosen")) => model.get("runs")[label];
  const points = () => Object.values(run().curves)[0];
  const moment = () => (model.get("place") < 0 ? points().length - 1 : Math.min(model.get("place"), points().length - 1));
  const at = (i) => points()[Math.min(i, points().length - 1)];
  const [board, chart, table] = [html("div", { class: "mkt-board" }), html("div", { class: "mkt-chart" }), html("div", { class: "mkt-side" })];
  const keep = html("button", { onclick: () => put("kept", model.get("kept") === model.get("chosen") ? "" : model.get("chosen")) });
  const words = html("p", { role: "status", class: "mkt-words" });
  const steps = slider("moment", { min: 0, max: 1, value: 0, show: (i) => `${count(at(i)[0])} steps`, oninput: (i) => put("place", i) });
  let turned = "";

  /** The run with this value that is otherwise most like the one that is shown. */
  function turn(dial, value) {
    const [runs, now] = [model.get("runs"), run().dials];
    const alike = (label) => Object.keys(now).filter((name) => runs[label].dials[name] === now[name]).length;
    const able = Object.keys(runs).filter((label) => runs[label].dials[dial] === value);
    const next = able.reduce((best, label) => (alike(label) > alike(best) ? label : best));
    const along = Object.keys(now).filter((name) => name !== dial && runs[next].dials[name] !== now[name]);
    turned = along.map((name) => `${name} is ${count(runs[next].dials[name])} again`).join(", ");
    model.set("place", -1);
    put("chosen", next);
  }

  function drawDials() {
    const now = run().dials;
    board.replaceChildren(...model.get("dials").map(([dial, values]) =>
      html("fieldset", {}, html("legend", {}, dial), ...values.map((value) => {
        const on = now[dial] === value;
        const button = html("button", { type: "button", "aria-pressed": String(on), "data-dial": dial, "data-value": value, onclick: () => turn(dial, value) }, count(value));
        return button;
      }))));
    words.textContent = turned ? `Other dials turned along, for not every combination was trained: ${turned}.` : "";
    keep.textContent = model.get("kept") === model.get("chosen") ? "Let it go" : "Keep this run to compare";
  }

  function series(one, x, y, faint) {
    return Object.entries(one.curves).flatMap(([name, curve], i) => {
      const stroke = STROKES[[2, 1, 3][i] ?? 4];
      const pixels = curve.map(([step, mean]) => [x(step), y(mean)]);
      const edge = (sign) => curve.map(([step, mean, half]) => [x(step), y(Math.max(0, Math.min(1, mean + sign * half)))]);
      const line = svg("path", { class: "mkc-curve", d: path(pixels), stroke: stroke.colour, "stroke-dasharray": stroke.dash, ...(faint ? { "stroke-opacity": 0.45, "stroke-width": 1.6 } : {}) });
      if (faint) return [line];
      const band = svg("path", { class: "mkc-band", d: `${path([...edge(1), ...edge(-1).reverse()])}Z`, fill: stroke.colour });
      return [band, line, ...pixels.map(([px, py]) => marker(stroke.marker, px, py, 4, { fill: stroke.colour }))];
    });
  }

  function drawChart() {
    const [one, kept] = [run(), run(model.get("kept"))];
    const last = Math.max(...[one, kept].filter(Boolean).map((each) => Object.values(each.curves)[0].at(-1)[0]));
    const [x, y] = [scale([0, last], [BOX.left, BOX.right]), scale([0, 1], [BOX.floor, BOX.top])];
    const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => [part * last, count(Math.round(part * last))]);
    const picture = svg("svg", { viewBox: `0 0 ${BOX.width} ${BOX.height}`, role: "img", "aria-label": spoken() },
      axes({ ...BOX, x, y }, ticks, [0, 0.25, 0.5, 0.75, 1].map((v) => [v, share(v)]), "training steps", "accuracy"));
    Object.keys(one.curves).forEach((name, i) => {
      if (!(name in one.chance)) return;
      const level = y(one.chance[name]);
      picture.append(svg("line", { class: "mkc-reference", x1: BOX.left, x2: BOX.right, y1: level, y2: level }),
        svg("text", { x: BOX.right + 8, y: level + 4.5 }, `guessing, ${name}`));
    });
    if (kept && model.get("kept") !== model.get("chosen")) picture.append(...series(kept, x, y, true));
    picture.append(...series(one, x, y, false));
    const now = x(at(moment())[0]);
    picture.append(svg("line", { class: "mkc-now", x1: now, x2: now, y1: BOX.top, y2: BOX.floor }));
    chart.replaceChildren(picture);
  }

  const different = () => {
    const [now, then] = [run().dials, run(model.get("kept")).dials];
    return Object.keys(now).filter((name) => now[name] !== then[name]).map((name) => `${name} ${count(then[name])}`).join(", ");
  };
  const number = ([, mean, half]) => `${(100 * mean).toFixed(1)} ± ${(100 * half).toFixed(1)} %`;
  const spoken = () => Object.entries(run().curves).map(([name, curve]) => `${name}: ${number(curve[moment()])}`).join("; ");

  function drawTable() {
    const i = moment();
    const kept = model.get("kept") && model.get("kept") !== model.get("chosen") ? run(model.get("kept")) : null;
    const rows = Object.entries(run().curves).map(([name, curve], n) => html("tr", {},
      html("th", { scope: "row" }, swatch(STROKES[[2, 1, 3][n] ?? 4]), html("span", {}, name)),
      html("td", {}, number(curve[Math.min(i, curve.length - 1)])),
      ...(kept ? [html("td", { class: "mkt-kept" }, kept.curves[name] ? number(kept.curves[name].at(-1)) : "–")] : [])));
    const head = ["probe", `after ${count(at(i)[0])} steps`, ...(kept ? [`kept run, at its end (thin): ${different()}`] : [])];
    table.replaceChildren(html("table", {}, html("thead", {}, html("tr", {}, ...head.map((h) => html("th", { scope: "col" }, h)))), html("tbody", {}, ...rows)));
    steps.input.max = points().length - 1;
    steps.set(i);
  }

  const draw = () => (drawDials(), drawChart(), drawTable());
  model.on("change:chosen change:kept change:place", () => {
    const held = el.contains(document.activeElement) ? document.activeElement.dataset : null;
    draw();
    if (held?.dial) board.querySelector(`[data-dial="${held.dial}"][data-value="${held.value}"]`)?.focus();
  });
  const root = html("div", { class: "mkc mkt", onfocusin: keepKeys }, board, words, chart, html("div", { class: "mkc-bar" }, html("span", { class: "mkc-steps" }, steps.element), keep), table);
  el.append(root);
  draw();
}

export default { render };
