// What both learners say, in words.

const NEARLY = 5e-4; // probabilities nearer than this are a tie

/** Row -> probability, and the row on top (null in a tie); `step` picks a moment of MAML's. */
function probabilities(answer, step) {
  const values = (step === undefined ? answer.probabilities : answer.probabilities?.[step]) ?? [];
  const found = new Map(values.map((p, i) => [answer.rows[i], p])), winner = best(values);
  found.top = values.length && !values.some((p, i) => i !== winner && values[winner] - p < NEARLY) ? answer.rows[winner] : null;
  return found;
}

const judged = (row, truth) => (truth === null ? null : h("span", { class: row === truth ? "right" : "wrong" }, row === truth ? "✓ right" : "✗ wrong"));

function opinion(name, found, truth) {
  const view = found.top === null ? [h("span", {}, "cannot tell yet")] : [chip(found.top), h("b", {}, percent(found.get(found.top))), judged(found.top, truth)];
  return h("div", { class: "opinion" }, h("span", { class: "who" }, name), view);
}

/** The headline of the verdict: agreement, disagreement, or who cannot tell. */
function sentence(a, b) {
  if (a === null && b === null) return ["Neither can tell them apart."];
  if (a === null || b === null) return [a === null ? "Only MAML has a view: " : "Only the prototypical network has a view: ", chip(a ?? b)];
  return a === b ? ["Both say ", chip(a)] : ["They disagree: ", chip(a), " or ", chip(b), "?"];
}

function missing(board, { ways, shots }) {
  const drawn = Array.from({ length: ways }, (_, row) => board.cells.slice(cellAt(row, 0), cellAt(row, shots)).some(Boolean)).filter(Boolean).length;
  if (drawn < 2) return "First draw at least two different characters for the machines to see.";
  return "Now draw one of the characters once more: this is your query.";
}

/** "Both say C", or who says what; or what is still missing on the board. */
function showVerdict(node, [compared, adapted], board, state) {
  if (!compared.size || !adapted.size) {
    node.replaceChildren(h("p", { class: "sentence" }, compared.size ? "Thinking …" : missing(board, state)));
    return;
  }
  const truth = board.truth === null ? "" : h("p", { class: "truth" }, "The example is ", chip(board.truth), ".");
  node.replaceChildren(h("p", { class: "sentence" }, sentence(compared.top, adapted.top)),
    h("div", { class: "opinions" }, opinion("Prototypical network", compared, board.truth), opinion("MAML", adapted, board.truth)), truth);
}
