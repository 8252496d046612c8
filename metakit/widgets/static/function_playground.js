/** The function playground. Python answers for every number of examples at once; moving through them happens here. */

const LINES = [["ours", "transformer", STROKES[2]], ["best", "best estimator", STROKES[4]]];
const ABOUT = {
  sinusoids: "Click the picture to add an example, drag to move it, double-click to remove it; or type in the table.",
  "linear functions": "The picture follows the line through the five inputs on which the function is steepest. Type in the table to change an example.",
};
const FAR = 20; // no number that is typed is larger
const small = (v) => (v >= 10 ? "> 10" : v >= 0.1 ? v.toFixed(2) : v >= 0.001 ? v.toFixed(3) : v >= 0.00001 ? v.toFixed(5) : "< 0.00001");

function render({ model, el }) {
  const answer = answerChart();
  const error = errorChart();
  const put = (name, value) => (say(""), model.set(name, value), model.save_changes());
  const told = () => model.get("subjects")[model.get("subject")];
  const flat = () => told().columns.length === 1;
  const status = html("p", { role: "status" });
  let [wait, counted] = [0, 0];

  function set(rows, what) {
    model.set("examples", rows);
    model.set("read", what === "added" ? rows.length : Math.min(rows.length, model.get("read")));
    clearTimeout(wait);
    wait = setTimeout(() => model.save_changes(), what === "moved" ? 30 : 0);
    say(what === "cleared" ? "Prompt cleared." : `Example ${what}. ${rows.length} in the prompt.`);
  }

  /** What was done last; it is forgotten with the next thing. */
  function say(words) {
    status.textContent = words;
    counted = model.get("examples").length;
  }

  const full = () => say(`${MOST} examples are the most. Remove one first.`);
  const subject = html("select", { "aria-label": "Functions", onchange: () => put("subject", subject.value) }, ...Object.keys(model.get("subjects")).map((name) => html("option", { value: name }, name)));
  const fresh = html("button", { class: "mkc-main", onclick: () => put("seed", (model.get("seed") + 1) % 1_000_000) }, "New function");
  const another = html("button", { onclick: () => put("prompt", (model.get("prompt") + 1) % 2 ** 20) }, "New examples");
  const clear = html("button", { onclick: () => set([], "cleared") }, "Clear prompt");
  const onFunction = html("input", { type: "checkbox", onchange: () => put("on_function", onFunction.checked) });
  const read = slider("Examples read", { min: 0, max: MOST, value: model.get("read"), show: String, oninput: (v) => put("read", v) });
  const placeAt = (i) => (i / 40 - 1) * model.get("far");
  const asked = slider("Asked at", { min: 0, max: 80, value: model.get("asked"), show: (v) => placeAt(v).toFixed(1), oninput: (v) => put("asked", v) });
  const shifts = {
    scale: slider("Inputs scaled", { min: -2, max: 2, value: model.get("scale"), show: (v) => ({ "-2": "× ¼", "-1": "× ½", 0: "× 1", 1: "× 2", 2: "× 4" })[v], oninput: (v) => put("scale", v) }),
    skew: slider("Skewed", { min: 0, max: 4, value: 2 * model.get("skew"), show: (v) => (v ? `1 / i^${v / 2}` : "no"), oninput: (v) => put("skew", v / 2) }),
    noise: slider("Noise in y", { min: 0, max: 10, value: 10 * model.get("noise"), show: (v) => `${v * 10} %`, oninput: (v) => put("noise", v / 10) }),
  };
  const orthant = html("input", { type: "checkbox", onchange: () => put("orthant", orthant.checked) });
  const range = (column) => (flat() && column === 0 ? model.get("far") : FAR);
  const table = promptTable({ get: () => model.get("examples"), columns: () => told().columns, set, say, range, locked: () => model.get("on_function"), most: MOST, full });
  const whose = html("p");
  const own = html("p", {}, "You have changed the examples, so a shift leaves their inputs as they are. “New examples” draws others with the shift.");
  const caption = html("figcaption");
  const legend = html("div", { class: "mkf-legend" });
  const help = html("p");

  function drawAnswers() {
    const { plot } = answer;
    const view = model.get("view");
    const k = Math.min(model.get("read"), view.ours.length - 1);
    const line = (values) => path(values.map((value, i) => [plot.x(placeAt(i)), plot.y(Math.max(-90, Math.min(90, value)))]));
    answer.truth.setAttribute("d", line(view.truth));
    answer.curves.replaceChildren(...LINES.map(([name, , { colour, dash }]) => svg("path", { class: "mkc-curve", stroke: colour, "stroke-dasharray": dash, d: line(view[name][k]) })));
    for (const end of ["x1", "x2"]) answer.ask.setAttribute(end, plot.x(placeAt(model.get("asked"))));
    const looks = model.get("looks");
    const weight = (i) => (looks.length ? looks.reduce((sum, layer) => sum + (layer[i] ?? 0), 0) / looks.length : 0);
    drawExamples(answer, flat() ? model.get("examples") : [], k, weight);
    caption.textContent = `True function (grey) and answers after ${k} example${k === 1 ? "" : "s"}`;
    legend.replaceChildren(...LINES.map(([name, title, stroke]) => html("span", {}, swatch(stroke), `${title}: error `, html("b", {}, small(view.errors[name][k])))));
    const said = LINES.map(([name, title]) => `${title} ${small(view.errors[name][k])}`).join(", ");
    answer.canvas.setAttribute("aria-label", `${caption.textContent}. Squared error: ${said}. ${ABOUT[model.get("subject")]}`);
    table.draw(k, looks);
  }

  function drawErrors() {
    const { plot } = error;
    const view = model.get("view");
    const k = model.get("read");
    for (const end of ["x1", "x2"]) error.now.setAttribute(end, plot.x(k));
    const faint = (values) => path(values.map((value, i) => [plot.x(i), plot.y(Math.min(ERRORS[1], value))]));
    error.lines.replaceChildren(...LINES.flatMap(([name, , stroke]) => [
      svg("path", { class: "mkf-typical", stroke: stroke.colour, d: faint(model.get("typical")[name]) }),
      ...markedCurve(stroke, view.errors[name], plot, ERRORS, k),
    ]));
    error.beyond.textContent = error.lines.querySelector(".mkc-beyond") ? BEYOND : "";
    error.canvas.setAttribute("aria-label", `Squared error behind 0 to ${view.errors.ours.length - 1} examples. Transformer: ${view.errors.ours.map(small).join(", ")}. Best estimator: ${view.errors.best.map(small).join(", ")}.`);
  }

  function draw() {
    if (model.get("examples").some((row) => row.length !== told().columns.length + 1)) return; // the other kind's, for a moment
    subject.value = model.get("subject");
    if (model.get("examples").length !== counted) say("");
    answer.fitTo(model.get("far"), told().height, flat() ? "x" : "place on the steepest line through the inputs");
    read.input.max = model.get("examples").length;
    read.set(model.get("read"));
    asked.set(model.get("asked"));
    onFunction.checked = model.get("on_function");
    orthant.checked = model.get("orthant");
    for (const [name, factor] of [["scale", 1], ["skew", 2], ["noise", 10]]) shifts[name].set(Math.round(factor * model.get(name)));
    shifts.skew.element.parentElement.hidden = flat();
    own.hidden = !model.get("own");
    whose.textContent = model.get("on_function") ? "The targets y lie on the function. To type your own, untick “targets lie on the function”." : "The targets y are yours to type.";
    help.textContent = ABOUT[model.get("subject")];
    drawAnswers();
    drawErrors();
  }

  editPoints({
    canvas: answer.canvas, plot: answer.plot, get: () => (flat() ? model.get("examples") : []), set: (rows, what) => flat() && set(rows, what), most: MOST, full,
    moveCursor: ([x, y]) => {
      const [px, py] = [answer.plot.x(x), answer.plot.y(y)];
      answer.cursor.setAttribute("d", `M${px},${answer.plot.top}V${answer.plot.floor}M${answer.plot.left},${py}H${answer.plot.right}`);
      say(`Cursor at x ${x}, y ${y}.`);
    },
  });
  const steer = explained(read.element, "examples read", "How many of the examples the transformer has read when it answers. Its weights stay as they are.");
  steer.classList.add("mkc-steps");
  const labelled = (box, words) => html("label", { class: "mkc-control" }, box, words);
  el.append(html("section", { class: "mkc mkf", "aria-label": "Function playground: a transformer learns from its prompt", onfocusin: keepKeys },
    html("div", { class: "mkc-bar" },
      explained(html("label", { class: "mkc-control" }, html("span", {}, "Functions"), subject), "functions", "What kind of function the examples come from: waves of one input, or weighted sums of five."), fresh, another, clear,
      explained(labelled(onFunction, "targets lie on the function"), "targets", "Without this you set the targets yourself, even to what no such function would give. Ticked again, yours wait until you untick it.")),
    html("div", { class: "mkc-bar" }, steer,
      explained(asked.element, "asked at", "Where the transformer is asked. The bars in the table below, and the size of the points, show which examples it looks at for that.")),
    html("div", { class: "mkc-row" },
      html("figure", { style: "flex: 600 1 0" }, caption, answer.canvas),
      html("figure", { style: "flex: 400 1 0" }, html("figcaption", {}, "Error here; faint: mean of 48 prompts"), error.canvas, error.beyond)),
    legend,
    html("div", { class: "mkc-bar", role: "group", "aria-label": "Prompts unlike those of the training" }, html("b", {}, "Shift"),
      explained(shifts.scale.element, "inputs scaled", "Makes all inputs larger or smaller than those of the training."),
      explained(shifts.skew.element, "skewed", "Makes the first input vary most and the last one least."),
      explained(shifts.noise.element, "noise", "Adds random errors to the targets, as a share of a typical function."),
      explained(labelled(orthant, "examples in one corner"), "one corner", "All examples have inputs of one sign; the questions have any.")),
    own,
    html("details", { open: "" }, html("summary", {}, "The prompt: type in it"), html("div", { class: "mkf-scroll" }, table.table), whose, table.add),
    status, help));
  const changes = "change:view change:examples change:looks change:typical change:read change:asked change:subject change:own change:on_function";
  const settings = "change:subject change:seed change:prompt change:scale change:skew change:noise change:orthant change:on_function";
  const forget = () => say("");
  model.on(changes, draw);
  model.on(settings, forget);
  draw();
  return () => (clearTimeout(wait), model.off(changes, draw), model.off(settings, forget));
}

export default { render };
