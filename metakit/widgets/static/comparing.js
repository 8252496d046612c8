// One query in a table: rows are the classes of the support set, columns the learners, bars what each compares.

function render({ model, el }) {
  const root = stage(el, "mk-comparing", "What four learners compare");
  const strip = node("div", { className: "mk-strip", role: "group", "aria-label": "Queries" });
  const table = node("table", {});
  const words = node("p", { className: "mk-quiet", role: "status" });
  root.append(
    node("div", { className: "mk-bar" }, slider(model, "ways", "N ways"), slider(model, "shots", "K shots"), counter(model, "episode", "New episode")),
    node("h4", {}, "queries: choose one"), strip, node("div", { className: "mk-scroll" }, table), words);

  const rightOf = (view, i) => view.answers.filter((answers) => answers[i] === view.truths[i]).length;

  function draw() {
    const view = model.get("view");
    const queries = maskAddresses(view.queries);
    const kept = document.activeElement?.dataset?.query; // the chosen tile keeps the focus when all are drawn anew
    strip.replaceChildren(...queries.map((mask, i) => tile(view, mask, i)));
    if (kept !== undefined && !strip.contains(document.activeElement)) strip.querySelector(`[data-query="${kept}"]`)?.focus();
    table.replaceChildren(head(view, queries[view.query]), node("tbody", {}, ...rows(view)));
    explain(view);
  }

  function tile(view, mask, i) {
    const [right, all] = [rightOf(view, i), view.columns.length];
    const choose = () => (model.set("query", i), model.save_changes());
    return node("button", {
      type: "button", className: `mk-query ${right < all ? "mk-bad" : ""}`, "data-query": i, "aria-pressed": String(i === view.query),
      "aria-label": `query of class ${LETTERS[view.truths[i]]}: ${right} of ${all} learners right`, onclick: choose,
    }, glyph(mask, 30), node("span", {}, `${right}/${all}`));
  }

  function head(view, mask) {
    const truth = view.truths[view.query];
    const names = model.get("learners");
    const titles = view.columns.map((column, i) => {
      const right = column.answer === truth;
      return node("th", { scope: "col" }, node("div", {}, names[i]),
        node("div", {}, badge(column.answer), " ", node("span", { className: right ? "mk-yes" : "mk-no" }, right ? "✓ right" : "✗ wrong")),
        ...[`with ${column.compares}:`, column.measure, `the ${column.nearest ? "shortest" : "longest"} wins`].map((line) => node("div", { className: "mk-quiet" }, line)));
    });
    const query = node("th", { scope: "col", className: "mk-asked" }, glyph(mask, 72), node("div", {}, "query of ", badge(truth)));
    return node("thead", {}, node("tr", {}, query, ...titles));
  }

  function rows(view) {
    const masks = maskAddresses(view.support);
    const shots = masks.length / view.columns[0].values.length;
    return view.columns[0].values.map((_, way) => {
      const images = masks.slice(way * shots, (way + 1) * shots).map((mask) => glyph(mask, shots > 2 ? 26 : 36));
      const first = node("th", { scope: "row" }, node("div", { className: "mk-class" }, badge(way), ...images));
      return node("tr", { className: way === view.truths[view.query] ? "mk-true" : "" }, first, ...view.columns.map((column) => cell(column, way)));
    });
  }

  function cell(column, way) {
    const [bars, value] = [column.bars[way], column.values[way]];
    const drawn = bars.map((share) => node("span", { className: "mk-length", style: `--share:${share};--class:${colourOf(way)};height:${bars.length > 1 ? 5 : 9}px` }));
    const text = column.nearest ? value.toFixed(1) : value < 0.001 ? "< 0.001" : value.toFixed(value < 0.1 ? 3 : 2);
    return node("td", { className: column.answer === way ? "mk-winner" : "" }, node("div", { className: "mk-cell" }, node("div", { className: "mk-bars" }, ...drawn), node("span", {}, text)));
  }

  function explain(view) {
    const names = model.get("learners");
    const total = names.map((name, k) => `${name} ${view.answers[k].filter((answer, i) => answer === view.truths[i]).length}`);
    const apart = new Set(view.columns.map((column) => column.answer)).size > 1;
    words.replaceChildren(node("span", { className: "mk-strong" }, apart ? "The learners disagree about this query. " : "All give the same answer. "),
      `Right of ${view.truths.length} queries: ${total.join(", ")}. A dashed tile is a query that some learner gets wrong. The framed row is the truth.`);
  }

  model.on("change:view", draw);
  draw();
}

export default { render };
