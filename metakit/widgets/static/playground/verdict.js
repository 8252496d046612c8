// What both learners say, in words.

/** Row -> probability, and the row on top, from an answer of Python's; `step` picks a moment of MAML's. */
function probabilities(answer, step) {
  const values = step === undefined ? answer.probabilities : answer.probabilities?.[step];
  const found = new Map((values ?? []).map((p, i) => [answer.rows[i], p]));
  found.top = values?.length ? answer.rows[best(values)] : null;
  return found;
}

const judged = (row, truth) => (truth === null ? null : h("span", { class: row === truth ? "right" : "wrong" }, row === truth ? "✓ right" : "✗ wrong"));

function opinion(name, found, truth) {
  return h("div", { class: "opinion" }, h("span", { class: "who" }, name), chip(found.top), h("b", {}, percent(found.get(found.top))), judged(found.top, truth));
}

function missing(board, { ways, shots }) {
  const drawn = Array.from({ length: ways }, (_, row) => board.cells.slice(cellAt(row, 0), cellAt(row, shots)).some(Boolean)).filter(Boolean).length;
  if (drawn < 2) return "First draw at least two different characters for the machines to see.";
  return "Now draw one of the characters once more: this is your query.";
}

/** "Both say C", or who says what; or what is still missing on the board. */
function showVerdict(node, [compared, adapted], board, state) {
  if (compared.top === null || adapted.top === null) {
    node.replaceChildren(h("p", { class: "sentence" }, compared.top === null ? missing(board, state) : "Thinking …"));
    return;
  }
  const together = compared.top === adapted.top;
  const sentence = together ? ["Both say ", chip(compared.top)] : ["They disagree: ", chip(compared.top), " or ", chip(adapted.top), "?"];
  const truth = board.truth === null ? null : h("p", { class: "truth" }, "The example is ", chip(board.truth), ".");
  node.replaceChildren(h("p", { class: "sentence" }, sentence),
    h("div", { class: "opinions" }, opinion("Prototypical network", compared, board.truth), opinion("MAML", adapted, board.truth)), truth ?? "");
}
