// The table: one row a class, with its letter, its drawings, and what each learner gives it.

const LEARNERS = ["comparison", "adaptation"];

function makeCell(index, act) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const node = h("button", { type: "button", class: "cell", "data-cell": index, tabindex: "-1" }, canvas);
  let drew = false;
  makePad(node, canvas, {
    draws: (event) => event.pointerType !== "touch", // a finger is too thick for a cell: its tap opens the large pad
    begin: () => act.begin(index),
    show: (strokes, done) => {
      drew = true;
      act.show(index, strokes, done);
    },
  });
  node.addEventListener("click", () => {
    if (!drew) act.open(index);
    drew = false;
  });
  return { index, node, canvas };
}

function meter() {
  const bar = h("span", { class: "bar", "aria-hidden": "true" }, h("i")), number = h("span", { class: "number" });
  return { bar, number, node: h("div", { role: "cell", class: "meter" }, bar, number) };
}

function showMeter({ bar, number, node }, p, top) {
  node.classList.toggle("top", top);
  node.classList.toggle("silent", p === undefined);
  bar.style.setProperty("--p", p ?? 0);
  number.textContent = p === undefined ? "–" : percent(p);
}

/** The table of classes; `update` shows N rows of K cells and the latest probabilities. */
function makeRows(act) {
  const heading = h("small"), rows = [];
  const table = h("div", { role: "table", class: "rows", "aria-label": "Classes: their examples, and how likely each learner finds each" },
    h("div", { role: "row", class: "head" },
      h("span", { role: "columnheader" }, h("span", { class: "unseen" }, "Class")),
      h("span", { role: "columnheader" }, h("b", {}, "They saw"), h("small", {}, "draw or drop here")),
      h("span", { role: "columnheader" }, h("b", {}, "Prototypical network"), h("small", {}, "compares")),
      h("span", { role: "columnheader" }, h("b", {}, "MAML"), heading)));
  for (let row = 0; row < ROWS; row++) {
    const cells = Array.from({ length: SHOTS }, (_, shot) => makeCell(cellAt(row, shot), act)), meters = LEARNERS.map(meter);
    const node = h("div", { role: "row", class: "row", style: `--c: var(--c${row})` },
      h("span", { role: "rowheader" }, chip(row)),
      h("div", { role: "cell", class: "cells" }, cells.map((cell) => cell.node)), meters.map((m) => m.node));
    rows.push({ node, cells, meters });
    table.append(node);
  }
  const update = (state, answers, focus) => {
    table.style.setProperty("--shots", state.shots);
    heading.textContent = `retrains: ${state.steps} ${state.steps === 1 ? "step" : "steps"}`;
    rows.forEach(({ node, cells, meters }, row) => {
      node.hidden = row >= state.ways;
      cells.forEach((cell, shot) => {
        cell.node.hidden = shot >= state.shots;
        cell.node.tabIndex = cell.index === focus ? 0 : -1;
      });
      meters.forEach((m, k) => showMeter(m, answers[k].get(row), answers[k].top === row));
    });
  };
  return { node: table, cells: rows.flatMap((row) => row.cells), update };
}

/** What a screen reader says of a cell. */
function cellLabel(index, cell) {
  const what = !cell ? "empty" : cell.strokes ? "your drawing" : cell.bits ? "your picture" : "an example";
  if (index === QUERY) return `The query: ${what}. Draw here, or press E for an example.`;
  return `Character ${LETTERS[Math.floor(index / SHOTS)]}, example ${(index % SHOTS) + 1}: ${what}`;
}
