// Adaptation to one image task: a step slider, the query set at that step, accuracy and loss of all learners.

const DASHES = ["7 4", "", "2 4", "10 3 2 3", "14 4"];
const SERIES = ["var(--s0)", "var(--s1)", "var(--s2)", "var(--s3)", "var(--s4)"];
const CHART = { width: 330, height: 172, left: 44, right: 12, top: 12, bottom: 34 };

/** The rate and the mode of the chosen learner, in a widget that has them. */
const knobs = (model) => model.get("norms") ? [slider(model, "speed", "its rate × 2 to the"), choice(model, "norm", "its BatchNorm", model.get("norms"))] : [];

function render({ model, el }) {
  const root = stage(el, "mk-adaptation", "Adaptation to one image task");
  const support = node("div", { className: "mk-supports" });
  const query = node("div", { className: "mk-queries" });
  const charts = node("div", { className: "mk-charts" });
  const summary = node("p", { role: "status" });
  root.append(
    node("div", { className: "mk-bar" }, slider(model, "step", "inner step"), choice(model, "learner", "answers of", model.get("learners")), ...knobs(model), counter(model, "episode", "New episode")),
    node("div", { className: "mk-pair" },
      node("div", { className: "mk-images" }, node("h4", {}, "Support set"), support, node("h4", {}, "Query set and answers"), query, summary), charts));
  let masks = [];

  function drawTask() {
    const view = model.get("view");
    const shots = maskAddresses(view.support);
    const each = shots.length / view.ways;
    support.replaceChildren(...Array.from({ length: view.ways }, (_, way) => node("div", { className: "mk-class", role: "img", "aria-label": `support of class ${LETTERS[way]}` },
      badge(way), ...shots.slice(way * each, (way + 1) * each).map((mask) => glyph(mask, 42)))));
    masks = maskAddresses(view.query);
    drawStep();
  }

  function drawStep() {
    const view = model.get("view");
    const [step, trace] = [model.get("step"), view.traces[model.get("learner")]];
    query.replaceChildren(...masks.map((mask, i) => {
      const [truth, answer] = [view.truth[i], trace.answers[step][i]];
      const right = truth === answer;
      return node("div", { className: `mk-tile ${right ? "" : "mk-bad"}`, role: "img", "aria-label": `class ${LETTERS[truth]}, answered ${LETTERS[answer]}` },
        glyph(mask, 42), node("div", { className: "mk-answer-line" }, badge(answer), node("span", { className: right ? "mk-yes" : "mk-no" }, right ? "✓" : "✗")));
    }));
    summary.textContent = view.error ?? `After ${step} step${step === 1 ? "" : "s"} ${model.get("learner")} has ${percent(trace.accuracy[step])} right.`;
    const losses = Object.values(view.traces).flatMap((one) => one.loss);
    charts.replaceChildren(
      chart("accuracy", "accuracy on the query set", [0, 1], [0, 0.25, 0.5, 0.75, 1], percent),
      chart("loss", "loss on the query set", [0, Math.min(4, Math.max(...losses)) * 1.05], null, (value) => value.toFixed(1)), legend());
  }

  function chart(quantity, title, [low, high], given, show) {
    const { width, height, left, right, top, bottom } = CHART;
    const view = model.get("view");
    const last = Math.max(1, model.get("limits").step[1]);
    const x = (step) => left + (step / last) * (width - left - right);
    const y = (value) => height - bottom - ((Math.min(value, high) - low) / (high - low)) * (height - top - bottom);
    const ticks = given ?? [0, high / 2, high];
    const text = (words, attributes) => svg("text", attributes, words);
    const now = model.get("step");
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title} at step ${now}` },
      ...ticks.flatMap((t) => [svg("line", { class: "mk-grid", x1: left, x2: width - right, y1: y(t), y2: y(t) }), text(show(t), { x: left - 6, y: y(t) + 4, "text-anchor": "end" })]),
      ...Array.from({ length: last + 1 }, (_, s) => s % Math.ceil(last / 6) ? "" : text(s, { x: x(s), y: height - bottom + 16, "text-anchor": "middle" })),
      text("inner steps taken", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }),
      svg("line", { class: "mk-now", x1: x(now), x2: x(now), y1: top, y2: height - bottom }));
    if (quantity === "accuracy") picture.append(svg("line", { class: "mk-chance-line", x1: left, x2: width - right, y1: y(1 / view.ways), y2: y(1 / view.ways) }));
    model.get("learners").forEach((name, i) => {
      const values = view.traces[name][quantity];
      const mark = { fill: values[now] > high ? "none" : SERIES[i % 5], stroke: SERIES[i % 5], "stroke-width": 2 };
      picture.append(svg("polyline", { points: values.map((v, s) => `${x(s)},${y(v)}`).join(" "), class: "mk-curve", stroke: SERIES[i % 5], "stroke-dasharray": DASHES[i % 5] }),
        svg(i % 2 ? "rect" : "circle", i % 2 ? { x: x(now) - 5, y: y(values[now]) - 5, width: 10, height: 10, ...mark } : { cx: x(now), cy: y(values[now]), r: 5.5, ...mark }));
    });
    const beyond = model.get("learners").some((name) => view.traces[name][quantity][now] > high);
    return node("figure", {}, node("figcaption", {}, title), picture, beyond ? node("p", { className: "mk-quiet" }, "A hollow mark lies beyond the picture.") : "");
  }

  const legend = () => node("div", { className: "mk-legend" }, ...model.get("learners").map((name, i) => node("span", {},
    svg("svg", { width: 34, height: 10, "aria-hidden": "true" }, svg("line", { x1: 0, x2: 34, y1: 5, y2: 5, class: "mk-curve", stroke: SERIES[i % 5], "stroke-dasharray": DASHES[i % 5] })), ` ${name}`)),
    node("span", { className: "mk-quiet" }, "dotted: guessing"));

  model.on("change:view", drawTask);
  model.on("change:step change:learner", drawStep);
  drawTask();
}

export default { render };
