// Five one-shot rounds. Python deals (`table`) and judges (`played`); this file shows, listens and keeps the time.

function render({ model, el }) {
  const root = stage(el, "mk-game", "You against the machine: five one-shot rounds");
  const score = node("div", { className: "mk-score" });
  const query = node("div", { className: "mk-query" });
  const answers = node("div", { className: "mk-answers", role: "group", "aria-label": "Your answer" });
  const verdict = node("div", { className: "mk-verdict", role: "status" });
  const question = node("div", { className: "mk-question" }, node("h4", {}, "Which one is this?"), query);
  root.append(
    node("div", { className: "mk-bar" }, slider(model, "ways", "Characters (N)"), tick(model, "look_alikes", "look-alikes: one alphabet"), score),
    node("div", { className: "mk-board" }, question, node("div", { className: "mk-side" }, node("h4", {}, "You have seen each of these once"), answers)),
    verdict,
  );
  let shownAt = 0;
  let masks = [];

  const result = () => model.get("played")[model.get("table").round - 1];

  function choose(index) {
    if (result() || index >= model.get("ways")) return;
    model.set("seconds", (performance.now() - shownAt) / 1000);
    model.set("pick", index);
    model.save_changes();
  }

  function goOn() {
    model.set("turn", model.get("turn") + 1);
    model.save_changes();
    root.dataset.goOn = "yes"; // the next deal takes the focus, the first one does not
  }

  function showTable() {
    const table = model.get("table");
    masks = maskAddresses(table.support);
    query.replaceChildren(glyph(maskAddresses(table.query)[0], 132));
    showAnswers();
    shownAt = performance.now();
    if (root.dataset.goOn) answers.firstChild.focus();
  }

  function showAnswers() {
    const size = masks.length > 10 ? 52 : masks.length > 5 ? 68 : 78;
    answers.replaceChildren(...masks.map((mask, index) => answerTile(mask, index, size)));
    showScore();
    showVerdict();
  }

  function answerTile(mask, index, size) {
    const done = result();
    const key = index < 9 ? index + 1 : LETTERS[index].toLowerCase();
    const tile = node("button", {
      type: "button", className: "mk-answer", onclick: () => choose(index), "aria-label": describe(index, done),
      "aria-disabled": String(Boolean(done)), title: `press ${key}`,
    }, node("kbd", {}, String(key)), glyph(mask, size));
    if (done) markTile(tile, index, done);
    return tile;
  }

  function markTile(tile, index, done) {
    const share = done.chances[index];
    tile.append(node("span", { className: "mk-chance", style: `--share:${share}` }, percent(share)));
    const tags = [];
    if (index === done.you) tags.push(node("span", { className: "mk-tag mk-you" }, "you"));
    if (index === done.machine) tags.push(node("span", { className: "mk-tag mk-machine" }, "machine"));
    tile.append(node("span", { className: "mk-tags" }, ...tags));
    if (index === done.truth) {
      tile.classList.add("mk-truth");
      tile.append(node("span", { className: "mk-mark" }, "✓"));
    }
  }

  function describe(index, done) {
    if (!done) return `Character ${index + 1}`;
    const parts = [`Character ${index + 1}`, `the machine gave it ${percent(done.chances[index])}`];
    if (index === done.truth) parts.push("the right one");
    if (index === done.you) parts.push("your answer");
    if (index === done.machine) parts.push("the machine's answer");
    return parts.join(", ");
  }

  const hits = (who) => model.get("played").filter((one) => one[who] === one.truth).length;

  function showScore() {
    const { round, rounds } = model.get("table");
    const dots = (who) => Array.from({ length: rounds }, (_, i) => {
      const one = model.get("played")[i];
      const state = !one ? "open" : one[who] === one.truth ? "right" : "wrong";
      return node("i", { className: `mk-dot mk-${state}` }, { open: "", right: "✓", wrong: "✗" }[state]);
    });
    const line = (name, who) => node("div", { role: "img", "aria-label": `${name}: ${hits(who)} right` }, node("span", { className: `mk-tag mk-${who}` }, name), ...dots(who));
    score.replaceChildren(node("span", { className: "mk-quiet" }, `round ${round} of ${rounds}`), line("you", "you"), line("machine", "machine"));
  }

  function showVerdict() {
    const done = result();
    if (!done) {
      verdict.replaceChildren(node("p", { className: "mk-quiet" }, "Click your answer or press its key. Then you see what the machine says."));
      return;
    }
    const { round, rounds } = model.get("table");
    const over = round === rounds;
    const button = node("button", { type: "button", className: "mk-button", onclick: goOn }, over ? "Play again" : "Next round");
    verdict.replaceChildren(...(over ? summary() : roundSentence(done)), button);
    button.focus({ preventScroll: true });
  }

  function roundSentence(done) {
    const you = done.you === done.truth ? "You are right" : "Not this one";
    const machine = done.machine === done.truth ? "The machine is right" : "The machine is wrong";
    return [node("p", {}, node("b", {}, you), ` (${done.seconds.toFixed(1)} s). `, node("b", {}, machine),
      ` (${(done.milliseconds / 1000).toFixed(3)} s), ${percent(done.chances[done.machine])} sure.`)];
  }

  function summary() {
    const { rounds } = model.get("table");
    const time = model.get("played").reduce((sum, one) => sum + one.seconds, 0);
    return [
      node("p", { className: "mk-final" }, `You ${hits("you")} of ${rounds}, machine ${hits("machine")} of ${rounds}`,
        node("small", { className: "mk-quiet" }, ` in ${time.toFixed(0)} s of yours`)),
      node("p", {}, `Guessing gets ${(rounds / model.get("ways")).toFixed(1)} of ${rounds} on average. ${meaning(hits("you"), hits("machine"))}`),
    ];
  }

  function meaning(you, machine) {
    const lead = you > machine ? "This time you were ahead." : you < machine ? "This time the machine was ahead." : "A draw.";
    return `${lead} Neither of you had seen these characters before: you both learned them from one example each, because you have practised learning on others.`;
  }

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
    const digit = "123456789".indexOf(event.key);
    const index = digit >= 0 ? digit : LETTERS.toLowerCase().indexOf(event.key.toLowerCase());
    if (event.key.length === 1 && index >= 0) choose(index);
  });
  model.on("change:table", showTable);
  model.on("change:played", () => model.get("played").length && showAnswers());
  showTable();
}

export default { render };
