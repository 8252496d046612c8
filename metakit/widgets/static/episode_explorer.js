// An episode: support set by class on the left, query set with the learner's answers on the right.

function render({ model, el }) {
  const root = stage(el, "mk-episode", "Episode explorer");
  const support = node("div", { className: "mk-rows" });
  const query = node("div", { className: "mk-queries" });
  const summary = node("p", { role: "status", className: "mk-summary" });
  const bar = node("div", { className: "mk-bar" },
    slider(model, "ways", "N ways"), slider(model, "shots", "K shots"), slider(model, "queries", "queries a class"),
    choice(model, "learner", "learner", model.get("learners")));
  if (model.get("sources").length > 1) bar.append(choice(model, "source", "images", model.get("sources")));
  bar.append(counter(model, "episode", "New episode"));
  root.append(bar, node("div", { className: "mk-columns" },
    node("div", {}, node("h4", {}, "Support set: what it learns from"), support),
    node("div", {}, node("h4", {}, "Query set: what it is asked"), query)), summary);

  function draw() {
    const view = model.get("view");
    const size = view.ways > 10 ? 34 : view.ways > 6 ? 42 : 54;
    const masks = maskAddresses(view.support);
    const shots = masks.length / view.ways;
    support.replaceChildren(...Array.from({ length: view.ways }, (_, way) => node("div", {
      className: "mk-row", role: "img", "aria-label": `class ${LETTERS[way]}: ${shots} images`,
    }, badge(way), ...masks.slice(way * shots, (way + 1) * shots).map((mask) => glyph(mask, size)))));
    support.style.columnCount = view.ways > 8 && shots < 4 ? 2 : 1;
    query.replaceChildren(...maskAddresses(view.query).map((mask, i) => queryTile(view, mask, i, size)));
    summary.textContent = view.error;
    if (view.error) return;
    const right = view.truth.filter((truth, i) => truth === view.answers[i]).length;
    const share = right / view.truth.length;
    summary.replaceChildren(node("span", { className: "mk-strong" }, `${right} of ${view.truth.length} right: ${percent(share)}`),
      `, guessing gets ${percent(1 / view.ways)}. Each answer is the letter under the image; `, node("span", { className: "mk-no" }, "✗"), " marks the wrong ones.");
  }

  function queryTile(view, mask, i, size) {
    if (view.error) return node("div", { className: "mk-tile", role: "img", "aria-label": `class ${LETTERS[view.truth[i]]}` }, glyph(mask, size));
    const [truth, answer] = [view.truth[i], view.answers[i]];
    const right = truth === answer;
    const words = `class ${LETTERS[truth]}, answered ${LETTERS[answer]}, ${right ? "right" : "wrong"}, ${percent(view.sure[i])} sure`;
    const light = (on) => support.children[answer].classList.toggle("mk-lit", on);
    return node("div", {
      className: `mk-tile ${right ? "" : "mk-bad"}`, tabIndex: 0, role: "img", "aria-label": words, title: words,
      onmouseenter: () => light(true), onmouseleave: () => light(false), onfocus: () => light(true), onblur: () => light(false),
    }, glyph(mask, size), node("div", { className: "mk-answer-line" }, badge(answer), node("span", { className: right ? "mk-yes" : "mk-no" }, right ? "✓" : "✗")));
  }

  model.on("change:view", draw);
  draw();
}

export default { render };
