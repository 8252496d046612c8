// The large pad: one cell, or the query, as large as a finger needs.

function makeDialog(act) {
  let open = null;
  const canvas = h("canvas", { "aria-hidden": "true" }), title = h("h2", { id: "mk-large" });
  const pad = h("div", { class: "pad" }, canvas, h("span", { class: "hint" }, "Draw here"));
  const node = h("dialog", { "aria-labelledby": "mk-large" }, title, pad,
    h("div", { class: "buttons" }, button("example", "Example", () => act.example(open)), button("file", "Picture", () => act.choose(open), { "data-act": "picture" }), button("undo", "Undo", act.undo),
      button("clear", "Clear", () => act.clear(open)), h("button", { type: "button", class: "button main", "data-act": "done", onclick: () => node.close() }, "Done")));
  makePad(pad, canvas, { draws: () => true, begin: () => act.begin(open), show: (strokes, done) => act.show(open, strokes, done), dots: true });
  node.addEventListener("click", (event) => event.target === node && node.close());
  node.addEventListener("close", () => (open = null));
  return {
    node,
    show(index) {
      open = index;
      title.textContent = index === QUERY ? "Your query" : `Character ${LETTERS[Math.floor(index / SHOTS)]}, example ${(index % SHOTS) + 1}`;
      node.showModal();
    },
    paint(index, cell, color) {
      if (index !== open) return;
      paintCell(canvas, cell, canvas.clientWidth, color);
      pad.classList.toggle("empty", !cell);
    },
  };
}
