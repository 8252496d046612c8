/** The meta-gradient microscope. Python sends `reading`: for every layer the norms and angles of its parts. */

const SPEEDS = { "-3": "× ⅛", "-2": "× ¼", "-1": "× ½", 0: "× 1", 1: "× 2", 2: "× 4", 3: "× 8" };
const [DIRECT, THROUGH, WHOLE, FOUND] = [STROKES[0], STROKES[1], STROKES[2], STROKES[4]];
const LOST = 1e9; // beyond it the inner loop has diverged
const FAULTS = {
  nothing: ["nothing", "Nothing is broken: what differs is rounding."],
  "no create_graph": ["without create_graph", "No error was raised. The code takes the direct term for the whole: first-order MAML, by accident."],
  "summed loss": ["support loss summed, not averaged", "No error was raised. Every inner step goes too far, and the gradient is taken elsewhere."],
  "nn.BatchNorm2d": ["nn.BatchNorm2d under vmap", "No error was raised, and the norms look right. Only the difference shows it, and it stays in float64."],
};

const SUPERSCRIPT = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const power = (exponent) => `10${[...String(exponent)].map((digit) => SUPERSCRIPT[digit]).join("")}`;
const number = (value) => (value >= LOST ? "diverged" : value >= 1000 ? value.toExponential(1) : String(Number(value.toPrecision(3))));
const degrees = (angle) => `${angle < 10 ? angle.toFixed(1) : angle.toFixed(0)}°`;
const rough = (error) => {
  if (error >= LOST) return "without bound";
  if (error >= 0.01) return `${number(100 * error)} %`;
  const exponent = Math.floor(Math.log10(error));
  return error > 0 ? `${(error / 10 ** exponent).toFixed(1)} × ${power(exponent)}` : "0";
};

/** The two terms and their sum lie in one plane: here they are, to scale, with the angle between first and second order. */
function triangle() {
  const clip = `mkm-${Math.random().toString(36).slice(2)}`;
  const inner = svg("g", { "clip-path": `url(#${clip})` });
  const canvas = svg("svg", { viewBox: "0 0 480 260", role: "img" },
    svg("clipPath", { id: clip }, svg("rect", { x: 0, y: 0, width: 480, height: 260 })), inner);

  function draw({ carried, through, angle, found, found_angle: off }, faulty) {
    if (Math.max(carried[0], carried.at(-1), through) >= LOST) {
      return inner.replaceChildren(svg("text", { class: "mkm-angle", x: 240, y: 120, "text-anchor": "middle" }, "The inner loop has diverged."));
    }
    const turn = (length, at) => [length * Math.cos((at * Math.PI) / 180), length * Math.sin((at * Math.PI) / 180)];
    const [origin, direct, whole] = [[0, 0], [carried.at(-1), 0], turn(carried[0], angle)];
    const [xs, ys] = [0, 1].map((axis) => [origin, direct, whole].map((point) => point[axis]));
    const [left, right, top] = [Math.min(...xs), Math.max(...xs), Math.max(...ys)];
    const unit = Math.min(420 / (right - left || 1), 190 / (top || 1e-9));
    const place = ([px, py]) => [240 + unit * (px - (left + right) / 2), 120 - unit * (py - top / 2)];
    const arrow = (from, to, { colour, dash, marker: shape }, width = 3) => [
      svg("path", { class: "mkc-curve", stroke: colour, "stroke-width": width, "stroke-dasharray": dash, d: path([place(from), place(to)]) }),
      marker(shape, ...place(to), 6, { fill: colour }),
    ];
    const reach = Math.min(50, 0.4 * unit * Math.min(carried[0], carried.at(-1)));
    const arc = Array.from({ length: 25 }, (_, i) => turn(reach / unit, (angle * i) / 24)).map(place);
    const [x, y] = place(origin);
    inner.replaceChildren(
      svg("path", { class: "mkm-arc", d: path(arc) }),
      ...(faulty ? arrow(origin, turn(found[0], angle - off), FOUND, 6) : []),
      ...arrow(origin, direct, DIRECT), ...arrow(direct, whole, THROUGH), ...arrow(origin, whole, WHOLE),
      svg("circle", { cx: x, cy: y, r: 4, fill: "var(--text)" }),
      svg("text", { class: "mkm-angle", x: x + 4, y: y + 26 }, `${degrees(angle)} apart`),
    );
  }
  return { canvas, draw };
}

/** How far the code is from the true meta-gradient, by layer, in powers of ten. */
function errorChart() {
  const plot = { ...inside(480, 260), left: 78 };
  const canvas = svg("svg", { viewBox: "0 0 480 260", role: "img" });
  plot.y = scale([1e-17, 1e2], [plot.floor, plot.top], true);
  const yTicks = [-16, -12, -8, -4, 0].map((exponent) => [10 ** exponent, exponent ? power(exponent) : "1"]);
  const roundings = [["float32 rounds", 1.2e-7], ["float64 rounds", 2.2e-16]];

  function draw(reading) {
    const layers = Object.keys(reading);
    plot.x = scale([-0.5, layers.length + 1], [plot.left, plot.right]); // room for the words at the right
    canvas.replaceChildren(
      axes(plot, layers.map((layer, i) => [i, layer]), yTicks, "layer", "relative difference"),
      ...roundings.flatMap(([label, level]) => [
        svg("line", { class: "mkc-reference", x1: plot.left, x2: plot.right, y1: plot.y(level), y2: plot.y(level) }),
        svg("text", { x: plot.right - 2, y: plot.y(level) - 5, "text-anchor": "end" }, label),
      ]),
      ...layers.flatMap((layer, i) => {
        const y = plot.y(Math.min(reading[layer].error, 1e2));
        const stem = svg("line", { x1: plot.x(i), x2: plot.x(i), y1: plot.floor, y2: y, stroke: FOUND.colour, "stroke-width": 3 });
        return [stem, marker(FOUND.marker, plot.x(i), y, 7, { fill: FOUND.colour })];
      }),
    );
    const said = layers.map((layer) => `${layer} ${rough(reading[layer].error)}`).join(", ");
    canvas.setAttribute("aria-label", `Difference between what the code finds and the true meta-gradient, relative: ${said}.`);
  }
  return { canvas, draw };
}

/** Norms by layer (rows) and inner step (columns), from the query gradient back to the meta-gradient. */
function normTable(table, reading, chosen, faulty, choose) {
  const steps = Object.values(reading)[0].carried.length - 1;
  const columns = Array.from({ length: steps + 1 }, (_, i) => steps - i);
  const name = (i) => (i === steps ? "direct term" : i === 0 ? "meta-gradient" : `back to step ${i}`);
  const sizes = Object.values(reading).flatMap(({ carried }) => carried).filter((size) => size > 0).map(Math.log10);
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  const shade = (size) => `--shade: ${Math.round(6 + (44 * (Math.log10(Math.max(size, 1e-30)) - low)) / (high - low || 1))}%`;
  const focused = table.contains(table.getRootNode().activeElement);
  const rows = Object.entries(reading).map(([layer, { carried, through, angle, found }]) => html("tr", {},
    html("th", { scope: "row" }, html("button", { "aria-pressed": String(layer === chosen), onclick: () => choose(layer) }, layer)),
    ...columns.map((i) => html("td", { class: "mkm-shade", style: shade(carried[i]) }, number(carried[i]),
      ...(faulty ? [html("small", {}, `✚ ${number(found[i])}`)] : []))),
    html("td", {}, number(through)), html("td", {}, Math.max(...carried) >= LOST ? "–" : degrees(angle))));
  const head = ["layer", ...columns.map(name), "through H", "angle"].map((title) => html("th", { scope: "col" }, title));
  const caption = `Norms, carried back through ${steps} inner step${steps === 1 ? "" : "s"}: the bluer, the longer.`;
  table.replaceChildren(
    html("caption", {}, `${caption}${faulty ? " ✚: what the code finds." : ""} Choose a layer for the triangle.`),
    html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...rows));
  if (focused) table.querySelector('button[aria-pressed="true"]')?.focus();
}

function render({ model, el }) {
  const put = (name, value) => (model.set(name, value), model.save_changes());
  const [plane, errors] = [triangle(), errorChart()];
  const table = html("table", { class: "mkm-table" });
  const keys = html("div", { class: "mkm-keys" });
  const verdict = html("p", { class: "mkm-verdict", role: "status" });
  const caption = html("figcaption");

  const fresh = html("button", { class: "mkc-main", onclick: () => put("seed", (model.get("seed") + 1) % 2 ** 31) }, "New tasks");
  const specimen = html("select", { "aria-label": "Under the microscope", onchange: () => put("specimen", specimen.selectedIndex) });
  const steps = slider("Inner steps", { min: 1, max: 3, value: model.get("steps"), show: String, oninput: (v) => put("steps", v) });
  const speed = slider("Inner rate", { min: -3, max: 3, value: model.get("speed"), show: (v) => `${SPEEDS[v]} = ${number(model.get("rate") * 2 ** v)}`, oninput: (v) => put("speed", v) });
  const double = html("input", { type: "checkbox", onchange: () => put("double", double.checked) });
  const group = `mkm-${Math.random().toString(36).slice(2)}`;
  const radios = Object.entries(FAULTS).map(([fault, [label]]) => {
    const input = html("input", { type: "radio", name: group, value: fault, onchange: () => put("fault", fault) });
    return { fault, input, element: html("label", {}, input, label) };
  });

  function drawKeys(shown, faulty) {
    const entries = [[DIRECT, "direct term (first order)", shown.carried.at(-1)], [THROUGH, "through the Hessian", shown.through],
      [WHOLE, "meta-gradient (second order)", shown.carried[0]], ...(faulty ? [[FOUND, "what the code finds", shown.found[0]]] : [])];
    keys.replaceChildren(...entries.map(([stroke, label, size]) => html("span", {}, swatch(stroke), label, html("b", {}, number(size)))));
    const said = entries.map(([, label, size]) => `${label} ${number(size)}`).join(", ");
    plane.canvas.setAttribute("aria-label", `${caption.textContent}. Norms: ${said}. Angle between first and second order ${degrees(shown.angle)}.`);
  }

  function drawControls() {
    if (!specimen.children.length) specimen.append(...model.get("names").map((name) => html("option", {}, name)));
    specimen.selectedIndex = model.get("specimen");
    steps.set(model.get("steps"));
    speed.set(model.get("speed"));
    double.checked = model.get("double");
    for (const { fault, input } of radios) {
      input.checked = fault === model.get("fault");
      input.disabled = !model.get("faults").includes(fault);
      input.parentElement.title = input.disabled ? "This network has no batch normalisation" : "";
    }
  }

  function draw() {
    const [reading, layer, fault] = ["reading", "layer", "read_with"].map((name) => model.get(name));
    const [shown, faulty] = [reading[layer], fault !== "nothing"];
    caption.textContent = `Direct + through the Hessian = meta-gradient; ${layer === "all" ? "all layers" : layer}`;
    drawControls();
    plane.draw(shown, faulty);
    drawKeys(shown, faulty);
    errors.draw(reading);
    normTable(table, reading, layer, faulty, (chosen) => put("layer", chosen));
    const lost = Math.max(...shown.carried) >= LOST;
    const angle = faulty && shown.found[0] < LOST ? `, at an angle of ${degrees(shown.found_angle)}` : "";
    const difference = `Difference from the true meta-gradient: ${rough(shown.error)}${angle}.`;
    verdict.textContent = lost ? "The inner loop has diverged: lower the inner rate." : `${FAULTS[fault][1]} ${difference}`;
  }

  el.append(html("section", { class: "mkc", "aria-label": "Meta-gradient microscope", onfocusin: keepKeys },
    html("div", { class: "mkc-bar" }, fresh, html("label", { class: "mkc-control" }, html("span", {}, "Look at"), specimen), steps.element, speed.element),
    html("div", { class: "mkc-row" },
      html("figure", { style: "flex: 1 1 0" }, caption, plane.canvas, keys),
      html("figure", { style: "flex: 1 1 0" }, html("figcaption", {}, "What the code finds, against the truth in float64"), errors.canvas,
        html("fieldset", { class: "mkm-faults" }, html("legend", {}, "Break:"), ...radios.map(({ element }) => element)),
        html("label", { class: "mkc-control" }, double, "the code computes in float64"))),
    verdict, html("div", { class: "mkm-scroll" }, table)));
  const changes = "change:reading change:read_with change:layer change:fault change:double change:rate change:faults";
  model.on(changes, draw);
  draw();
  return () => model.off(changes, draw);
}

export default { render };
