// Example pairs and a query on top; the answer letter by letter, what explains it, and how it grew with every pair.

const ENDS = ";";
const shownAs = (character) => (character === ENDS ? "end" : character);
const few = (share) => (share > 0.995 && share < 1 ? ">99 %" : share < 0.005 ? "<1 %" : percent(share));

function render({ model, el }) {
  const root = stage(el, "mk-prompts", "A prompt of examples");
  const { pairs: most, text: longest } = model.get("limits");
  const words = []; // the text fields: input and output of every pair, then the query
  const rows = node("ol", { className: "mk-pairs" });
  const query = field("The query", "mk-word mk-asked");
  const said = node("div", { className: "mk-said", role: "status" });
  const tiles = node("div", { className: "mk-tiles", role: "group", "aria-label": "The answer, letter by letter" });
  const why = node("p", { className: "mk-why" });
  const strip = node("ol", { className: "mk-strip", "aria-label": "The answer after every pair" });
  const text = node("p", { className: "mk-text", "aria-label": "The prompt as the network reads it" });
  const lookTitle = node("h3", {});
  const more = node("button", { type: "button", className: "mk-plain", onclick: add }, "+ pair");
  const fewer = node("button", { type: "button", className: "mk-plain", onclick: drop }, "− pair");
  let asked = model.get("asked"), timer = 0, looked = 0, asking = false;

  root.append(
    node("div", { className: "mk-presets", role: "group", "aria-label": "Ready-made prompts" }, node("span", { className: "mk-quiet" }, "Try:"), ...model.get("presets").map(presetButton)),
    node("div", { className: "mk-two" },
      node("div", { className: "mk-prompt" }, node("h3", {}, "Examples: input → output"), node("p", { className: "mk-quiet" }, "Change them, or write your own: pairs that follow one rule. Nobody tells the network the rule."), rows, node("div", { className: "mk-more" }, more, fewer),
        node("h3", {}, "Your query"), node("p", { className: "mk-quiet" }, "A word of 3 to 5 small letters: which word should follow it?"), node("div", { className: "mk-row" }, query, node("span", { className: "mk-arrow", "aria-hidden": "true" }, "→"), node("span", { className: "mk-quiet" }, "?"))),
      node("div", { className: "mk-reply" }, node("h3", {}, "The network goes on"), said, tiles, why)),
    node("h3", {}, "What it would have said with fewer examples"), strip, lookTitle, text, accuracy());

  // ---- what a visitor does
  function field(label, className) {
    const input = node("input", { type: "text", className, maxLength: longest, autocomplete: "off", autocapitalize: "none", spellcheck: false, "aria-label": label });
    input.addEventListener("input", soon);
    return input;
  }

  function soon() {
    root.dataset.busy = "true";
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  }

  function ask() {
    asking = true;
    model.set("pairs", words.map(([input, output]) => [input.value.trim(), output.value.trim()]));
    model.set("query", query.value.trim());
    model.set("asked", (asked = (asked + 1) % 2 ** 31));
    asking = false;
    looked = 0;
    root.dataset.busy = "true";
    model.save_changes();
  }

  function fill(pairs, asks) {
    words.splice(0, words.length, ...pairs.map(pairFields));
    query.value = asks;
    rows.replaceChildren(...words.map(([input, output], i) => pairRow(input, output, i)));
    more.disabled = words.length >= most;
    fewer.disabled = words.length === 0;
  }

  function pairFields([x, y], i) {
    const both = [field(`Input of pair ${i + 1}`, "mk-word"), field(`Output of pair ${i + 1}`, "mk-word")];
    [both[0].value, both[1].value] = [x, y];
    return both;
  }

  function pairRow(input, output, i) {
    return node("li", { className: "mk-row" }, node("span", { className: "mk-number", "aria-hidden": "true" }, i + 1), input, node("span", { className: "mk-arrow", "aria-hidden": "true" }, "→"), output);
  }

  const current = () => words.map(([input, output]) => [input.value, output.value]);

  function add() {
    fill([...current(), ["", ""]], query.value);
    words.at(-1)[0].focus();
  }

  function drop() {
    fill(current().slice(0, -1), query.value);
    ask();
  }

  function presetButton({ name, pairs, query: asks, unseen }) {
    const sign = unseen ? [node("span", { className: "mk-new" }, "never trained")] : [];
    return node("button", { type: "button", className: "mk-plain", "data-preset": name, onclick: () => (fill(pairs, asks), ask()) }, name, ...sign);
  }

  // ---- what comes back
  function draw() {
    const view = model.get("view");
    if (view.asked !== asked && root.dataset.busy === "true") return; // a newer question is on its way
    root.dataset.busy = "false";
    root.classList.toggle("mk-empty", Boolean(view.problem));
    if (view.problem) return said.replaceChildren(node("p", { className: "mk-problem" }, view.problem));
    const last = view.steps.at(-1);
    said.replaceChildren(node("p", { className: "mk-answer" }, node("b", {}, last.text || "(nothing)"), " ", verdict(last.right)),
      node("p", { className: "mk-quiet" }, `${few(last.confidence)} sure of the whole word, after ${view.pairs} ${view.pairs === 1 ? "example" : "examples"}`));
    tiles.replaceChildren(...view.characters.map(tile));
    explain(view);
    strip.replaceChildren(...view.steps.map(step));
    look(looked);
  }

  const verdict = (right) => (right === null ? "" : node("span", { className: right ? "mk-yes" : "mk-no" }, right ? "✓ right" : "✗ wrong"));

  function tile(alternatives, i) {
    const [[character, chance], ...others] = alternatives;
    const also = others.filter(([, share]) => share >= 0.01).map(([other, share]) => node("span", {}, `${shownAs(other)} ${percent(share)}`));
    const label = `${shownAs(character)}, ${few(chance)}${also.length ? `; else ${also.map((one) => one.textContent).join(", ")}` : ""}`;
    return node("button", { type: "button", className: "mk-tile", "aria-label": label, onclick: () => look(i), onmouseenter: () => look(i), onfocus: () => look(i) },
      node("span", { className: character === ENDS ? "mk-stop" : "mk-letter" }, shownAs(character)), node("span", { className: "mk-chance" }, node("i", { style: `--share:${chance}` })),
      node("span", { className: "mk-share" }, few(chance)), node("span", { className: "mk-others" }, ...also));
  }

  function explain(view) {
    const seen = { seen: "Such tasks were in training.", unseen: "This combination was held out of training: it has seen both steps, but never together." }[view.training];
    const truth = view.truth !== null && !view.steps.at(-1).right ? ` The right answer is ${view.truth || "(nothing)"}.` : "";
    const mark = view.training === "unseen" ? [node("span", { className: "mk-new" }, "never trained"), " "] : [];
    why.replaceChildren(...mark, view.sentence + truth, seen ? ` ${seen}` : "");
  }

  function step({ text: answer, confidence, right }, i) {
    const sign = right === null ? "" : node("span", { className: right ? "mk-yes" : "mk-no", "aria-label": right ? "right" : "wrong" }, right ? "✓" : "✗");
    return node("li", {}, node("span", { className: "mk-quiet" }, `${i} ${i === 1 ? "example" : "examples"}`), node("span", { className: "mk-mono" }, answer || "(nothing)", " ", sign),
      node("span", { className: "mk-chance" }, node("i", { style: `--share:${confidence}` })), node("span", { className: "mk-share" }, few(confidence)));
  }

  /** Shade the prompt by where the network looks for letter `i` of its answer. */
  function look(i) {
    const view = model.get("view");
    if (view.problem) return;
    looked = Math.min(i, view.looks.length - 1);
    const shares = view.looks[looked], start = view.text.length - view.looks.length;
    [...tiles.children].forEach((one, number) => one.setAttribute("aria-pressed", String(number === looked)));
    lookTitle.textContent = `The prompt, and where it looks for ${looked < view.looks.length - 1 ? `letter ${looked + 1} of the answer` : "the end mark"} (its attention)`;
    text.replaceChildren(...[...view.text].map((character, place) => {
      const ahead = place >= start + looked;
      return node("span", { className: ahead ? "mk-ahead" : "", style: `--share:${ahead ? 0 : shares[place]}` }, character);
    }));
  }

  function accuracy() {
    const found = model.get("measured");
    const told = (split, words) => (found[split] ? `${words}: ${found[split][0].toFixed(1)} ± ${found[split][1].toFixed(1)} %` : "");
    const parts = [told("single", "single transformations"), told("trained", "combinations from training"), told("unseen", "combinations never trained")].filter(Boolean);
    const sentence = parts.length ? `Whole outputs right with five examples, measured on ${Object.values(found)[0][2].toLocaleString("en")} new prompts each (95 % interval): ${parts.join("; ")}.` : "";
    return node("p", { className: "mk-quiet mk-measured" }, `${sentence} A probability is the network's own opinion. Its weights never change here: all it knows of your task is the text above.`);
  }

  const settle = () => {
    if (asking || root.contains(document.activeElement)) return; // what stands in the fields is newer
    fill(model.get("pairs"), model.get("query"));
  };
  model.on("change:view", draw);
  model.on("change:pairs", settle);
  model.on("change:query", settle);
  fill(model.get("pairs"), model.get("query"));
  draw();
}

export default { render };
