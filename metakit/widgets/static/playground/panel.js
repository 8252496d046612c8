// The panel: every other learner that a visitor likes to ask, what each says, and who disagrees.

const FAMILIES = { "metric-based": "They compare", "model-based": "They read", "optimization-based": "They take gradient steps", baseline: "They never learned to learn" };

const mark = (right) => h("span", { class: right ? "right" : "wrong", role: "img", "aria-label": right ? "right" : "wrong" }, right ? "✓" : "✗");

/** Row -> who says so, the most voices first. */
function votes(opinions) {
  const found = new Map();
  for (const { name, top } of opinions) if (top !== null) found.set(top, [...(found.get(top) ?? []), name]);
  return [...found].sort((a, b) => b[1].length - a[1].length);
}

/** "9 of 11 say C. B: Siamese network." `cannot`: some of those asked have no answer for so many characters. */
function panelSentence(opinions, asked, titles, cannot) {
  if (!asked) return ["Choose learners of any family. They see the same drawings as the two above."];
  if (!opinions.length) return ["Thinking …"];
  const counted = votes(opinions), first = counted[0];
  if (!first) return ["None of them can tell."];
  const rest = counted.slice(1).flatMap(([row, names]) => [" ", chip(row), ` ${names.map((name) => titles.get(name)).join(", ")}.`]);
  const alike = counted.length === 1 && first[1].length === opinions.length;
  const voters = `${alike ? "All" : `${first[1].length} of`} ${opinions.length}${cannot ? " that can answer" : ""}`;
  return [opinions.length === 1 ? "It says " : `${voters} say `, chip(first[0]), ".", ...rest];
}

function makeMember({ name, title }, onchange) { // no line of a title ends at the hyphen of "5-way"
  const box = h("input", { type: "checkbox", name: "panel", value: name, onchange });
  const says = h("span", { class: "says" });
  const node = h("label", { class: "member" }, box, h("span", { class: "who" }, title.replace("-way", "\u2011way")), says);
  return { name, title, box, says, node };
}

function showMember({ says, node, box }, opinion, leader, truth) {
  const dissents = opinion !== undefined && opinion.top !== null && leader !== undefined && opinion.top !== leader;
  node.classList.toggle("dissent", dissents);
  node.title = opinion?.why ?? "";
  if (!box.checked) says.replaceChildren();
  else if (!opinion) says.replaceChildren("…");
  else if (opinion.why) says.replaceChildren(h("small", { class: "why" }, opinion.why));
  else if (opinion.top === null) says.replaceChildren("cannot tell");
  else says.replaceChildren(chip(opinion.top), h("b", {}, percent(opinion.p)), truth === null ? "" : mark(opinion.top === truth), h("small", {}, `${Math.max(1, Math.round(opinion.ms))} ms`));
}

/** One answer of the panel as the page shows it. */
function readOpinion({ recipe, probabilities: values, milliseconds, why_not: why }, rows) {
  if (!values.length) return { name: recipe, top: null, why };
  const found = probabilities({ rows, probabilities: values });
  return { name: recipe, top: found.top, p: found.get(found.top), ms: milliseconds };
}

/** The panel's section; `change` gets the names of those who are asked. */
function makePanel(roster, change) {
  const titles = new Map(roster.map(({ name, title }) => [name, title]));
  const chosen = () => members.filter((one) => one.box.checked).map((one) => one.name);
  const members = roster.map((entry) => makeMember(entry, () => change(chosen())));
  const every = (on) => () => {
    members.forEach((one) => (one.box.checked = on));
    change(chosen());
  };
  const groups = Object.entries(FAMILIES).map(([family, words]) => {
    const own = members.filter((_, i) => roster[i].family === family);
    return own.length ? h("fieldset", {}, h("legend", {}, h("b", {}, family === "baseline" ? "baselines" : family), h("small", {}, words)), own.map((one) => one.node)) : null;
  });
  const sentence = h("p", { class: "sentence", role: "status" });
  const node = h("section", { class: "panel", "aria-labelledby": "mk-panel", hidden: !roster.length },
    h("div", { class: "bar-of-tools" }, h("h2", { id: "mk-panel" }, "Ask every learner"),
      h("div", { class: "buttons" }, button("example", "Ask all", every(true), { "data-act": "ask-all" }), button("clear", "Ask none", every(false), { "data-act": "ask-none" }))),
    sentence, h("div", { class: "families" }, groups));
  const update = (answer, truth) => {
    const found = (answer.said ?? []).map((one) => readOpinion(one, answer.rows)), able = found.filter((one) => !one.why);
    sentence.replaceChildren(...panelSentence(able, chosen().length, titles, able.length < found.length));
    const leader = votes(able)[0]?.[0];
    members.forEach((one) => showMember(one, found.find((opinion) => opinion.name === one.name), leader, truth));
  };
  /** Tick these and nobody else. */
  const tick = (names) => {
    members.forEach((one) => (one.box.checked = names.includes(one.name)));
    return chosen();
  };
  return { node, update, tick, chosen };
}
