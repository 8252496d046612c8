// One query and the support set in the order of reading; under every image, what each attention layer takes from it.

function render({ model, el }) {
  const root = stage(el, "mk-looking", "Where a learner looks");
  const strip = node("div", { className: "mk-strip", role: "group", "aria-label": "Queries" });
  const table = node("table", {});
  const chances = node("div", { className: "mk-chances" });
  const words = node("p", { role: "status" });
  root.append(
    node("div", { className: "mk-bar" }, choice(model, "learner", "learner", model.get("learners")), slider(model, "ways", "N ways"), slider(model, "shots", "K shots"),
      slider(model, "step", "examples read"), counter(model, "episode", "New episode")),
    node("h4", {}, "queries: choose one"), strip,
    node("h4", {}, "the support set, in the order of reading, and what the query takes from it"), node("div", { className: "mk-scroll" }, table),
    node("h4", {}, "the answer"), chances, words);

  function draw() {
    const view = model.get("view");
    const kept = document.activeElement?.dataset?.query; // the chosen tile keeps the focus when all are drawn anew
    strip.replaceChildren(...maskAddresses(view.queries).map((mask, i) => tile(view, mask, i)));
    if (kept !== undefined && !strip.contains(document.activeElement)) strip.querySelector(`[data-query="${kept}"]`)?.focus();
    const masks = maskAddresses(view.support);
    const step = model.get("step");
    const images = masks.map((mask, i) => node("th", { scope: "col", className: i < step ? "" : "mk-later", "aria-label": `example ${i + 1}, class ${LETTERS[view.labels[i]]}${i < step ? "" : ", not read yet"}` },
      glyph(mask, masks.length > 12 ? 28 : 40), badge(view.labels[i])));
    const rows = view.layers.map((weights, layer) => node("tr", {},
      node("th", { scope: "row" }, view.layers.length > 1 ? `attention ${layer + 1}` : "attention"), ...masks.map((_, i) => cell(weights[i], view.labels[i]))));
    table.replaceChildren(node("thead", {}, node("tr", {}, node("td", {}), ...images)), node("tbody", {}, ...rows));
    answer(view, step);
  }

  function tile(view, mask, i) {
    const choose = () => (model.set("query", i), model.save_changes());
    return node("button", {
      type: "button", className: "mk-query", "data-query": i, "aria-pressed": String(i === model.get("query")), "aria-label": `query of class ${LETTERS[view.truths[i]]}`, onclick: choose,
    }, glyph(mask, 38), badge(view.truths[i]));
  }

  function cell(weight, label) {
    if (weight === undefined) return node("td", { className: "mk-later" });
    const said = weight > 0 && weight < 0.005 ? "0.00" : weight.toFixed(2);
    return node("td", {}, node("div", { className: "mk-pole" }, node("span", { className: "mk-height", style: `--share:${weight};--class:${colourOf(label)}` })), node("span", {}, said));
  }

  function answer(view, step) {
    chances.replaceChildren(...view.chances.map((share, way) => node("div", { className: "mk-chance" }, badge(way),
      node("span", { className: "mk-length", style: `--share:${share};--class:${colourOf(way)}` }), node("span", {}, percent(share)))));
    const [truth, best] = [view.truths[model.get("query")], view.chances.indexOf(Math.max(...view.chances))];
    const shown = view.labels.slice(0, step).includes(truth);
    const verdict = best === truth ? `It says ${LETTERS[best]}, which is right.` : `It says ${LETTERS[best]}; the truth is ${LETTERS[truth]}.`;
    words.replaceChildren(node("span", { className: "mk-strong" }, verdict), shown ? "" : ` It has not seen an example of ${LETTERS[truth]} yet.`);
  }

  model.on("change:view", draw);
  draw();
}

export default { render };
