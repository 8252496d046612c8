// A stream of images above, the memory below: what is written and read at the moment that the slider chooses.

function render({ model, el }) {
  const root = stage(el, "mk-memory", "A memory while a stream is read");
  const stream = node("ol", { className: "mk-stream", "aria-label": "The stream, in the order in which it is read" });
  const now = node("div", { className: "mk-moment" });
  const cells = node("div", { className: "mk-cells", role: "list", "aria-label": "Rows of the memory" });
  const words = node("p", { role: "status" });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const play = node("button", { type: "button", className: "mk-button", onclick: run }, "▶ Play");
  let masks = [];
  let timer = 0;
  root.append(
    node("div", { className: "mk-bar" }, slider(model, "moment", "moment"), play, slider(model, "ways", "classes"), slider(model, "rows", "memory rows"),
      counter(model, "deal", "Deal labels anew"), counter(model, "episode", "New stream")),
    node("h4", {}, "The stream: each image is named, then its label is shown"), stream,
    node("div", { className: "mk-now-and-memory" }, now, node("div", {}, node("h4", {}, "The memory: images whose notes are kept, and what happens now"), cells, legend())), words);

  const put = (moment) => (model.set("moment", moment), model.save_changes());

  function run() {
    clearInterval(timer);
    const last = model.get("limits").moment[1];
    put(model.get("moment") === last ? 1 : model.get("moment"));
    timer = setInterval(() => (model.get("moment") < last ? put(model.get("moment") + 1) : clearInterval(timer)), calm ? 1500 : 700);
  }

  function legend() {
    const sign = (name, text) => node("span", {}, node("span", { className: `mk-sign ${name}` }, name === "mk-reads" ? "R" : "W"), ` ${text}`);
    return node("p", { className: "mk-quiet mk-signs" }, sign("mk-writes", "written into"), sign("mk-reads", "read from"), node("span", {}, "bar: usage, which fades"));
  }

  function drawStream() {
    masks = maskAddresses(model.get("view").images);
    draw();
  }

  function draw() {
    const view = model.get("view");
    const at = Math.min(model.get("moment"), view.moments.length) - 1;
    const answers = view.moments.map(({ answer }) => answer.indexOf(Math.max(...answer)));
    stream.replaceChildren(...masks.map((mask, i) => tile(view, answers, mask, i, at)));
    now.replaceChildren(...present(view, answers, at));
    cells.replaceChildren(...view.moments[at].usage.map((_, row) => cell(view, view.moments[at], row)));
    const seen = answers.slice(0, at + 1);
    const right = seen.filter((answer, i) => answer === view.truths[i]).length;
    words.replaceChildren(node("span", { className: "mk-strong" }, `${right} of ${seen.length} named rightly so far. `), byInstance(view, seen));
  }

  function tile(view, answers, mask, i, at) {
    const right = answers[i] === view.truths[i];
    const state = i > at ? "mk-later" : i === at ? "mk-current" : "";
    const said = i > at ? "not seen yet" : `class ${LETTERS[view.truths[i]]}, named ${LETTERS[answers[i]]}, ${right ? "right" : "wrong"}`;
    const mark = i > at ? "" : node("span", { className: right ? "mk-yes" : "mk-no" }, right ? "✓" : "✗");
    return node("li", { className: `mk-tile ${state}`, title: said, "aria-label": `image ${i + 1}: ${said}`, onclick: () => put(i + 1) },
      glyph(mask, 30), node("div", { className: "mk-answer-line" }, i < at ? badge(view.truths[i]) : "", mark));
  }

  function present(view, answers, at) {
    const bars = view.moments[at].answer.map((share, way) => node("div", { className: "mk-chance" }, badge(way),
      node("span", { className: "mk-length", style: `--share:${share};--class:${colourOf(way)}` }), node("span", {}, percent(share))));
    const before = at ? node("p", { className: "mk-quiet" }, `The image before was `, badge(view.truths[at - 1]), ": its note is written now.") : node("p", { className: "mk-quiet" }, "Nothing has been seen before.");
    return [node("h4", {}, `Moment ${at + 1}: which class is this?`), glyph(masks[at], 96), ...bars, before,
      node("p", {}, "Then the label is shown: ", badge(view.truths[at]))];
  }

  function cell(view, moment, row) {
    const [read, written, kept] = [moment.read[row], moment.written[row], moment.rows[row]];
    const glyphs = kept.map((i) => (i < 0 ? node("span", { className: "mk-blank" }, "·") : glyph(masks[i], kept.length > 1 ? 20 : 34)));
    const label = kept.length && kept.at(-1) >= 0 ? badge(view.truths[kept.at(-1)]) : "";
    const signs = [[written, "mk-writes", "W"], [read, "mk-reads", "R"]].filter(([share]) => share >= 0.05)
      .map(([share, name, letter]) => node("span", { className: `mk-sign ${name}` }, `${letter} ${Math.round(100 * share)}`));
    const holds = label ? `holds class ${LETTERS[view.truths[kept.at(-1)]]}` : "empty";
    const said = `row ${row + 1}: ${holds}, written ${percent(written)}, read ${percent(read)}, usage ${moment.usage[row].toFixed(2)}`;
    const classes = `mk-cell ${written >= 0.3 ? "mk-written" : ""} ${read >= 0.3 ? "mk-read" : ""}`;
    return node("div", { className: classes, role: "listitem", title: said, "aria-label": said },
      node("div", { className: "mk-kept" }, ...glyphs, label), node("div", { className: "mk-signs-here" }, ...signs),
      node("span", { className: "mk-usage", style: `--share:${Math.min(1, moment.usage[row])}` }));
  }

  function byInstance(view, seen) {
    const times = {};
    const found = [];
    seen.forEach((answer, i) => {
      const number = (times[view.truths[i]] = (times[view.truths[i]] ?? 0) + 1);
      (found[number - 1] ??= []).push(answer === view.truths[i]);
    });
    const share = (list) => `${list.filter(Boolean).length}/${list.length}`;
    return `By instance of a class: ${found.map((list, k) => `${["1st", "2nd", "3rd"][k] ?? `${k + 1}th`} ${share(list)}`).join(", ")}.`;
  }

  model.on("change:view", drawStream);
  model.on("change:moment", draw);
  drawStream();
  return () => clearInterval(timer);
}

export default { render };
