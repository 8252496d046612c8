/** The progress page. Python sends `lessons`, `trouble`, `place` and `document`; the page adds one to `look` and `forget`. */

const MARKS = { true: ["✓", "right"], false: ["✗", "not right"], null: ["○", "not answered"] };
const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

function render({ model, el }) {
  const press = (name) => (model.set(name, (model.get(name) + 1) % 2 ** 31), model.save_changes());
  const bar = html("progress", {});
  const [total, place, trouble] = [html("b", {}), html("p", {}), html("p", { class: "mkg-trouble", role: "alert" })];
  const table = html("table", { class: "mkg-table" });

  const look = html("button", { onclick: () => press("look") }, "Look again");
  const take = html("button", { onclick: download }, "Download");
  const anew = html("button", { onclick: () => question(true) }, "Begin anew …");
  const yes = html("button", { onclick: () => (question(false), press("forget")) }, "Forget all of it");
  const no = html("button", { class: "mkc-main", onclick: () => question(false) }, "Keep it");
  const sure = html("div", { class: "mkc-bar mkg-sure", role: "group", "aria-label": "Begin anew?", onkeydown: (event) => event.key === "Escape" && question(false) });

  /** Ask before anything is forgotten; the safe answer has the focus. */
  function question(open) {
    sure.hidden = !open;
    (open ? no : anew).focus();
  }

  function download() {
    const url = URL.createObjectURL(new Blob([model.get("document")], { type: "application/json" }));
    html("a", { href: url, download: "metakit-progress.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  function mark(state, words) {
    const [sign, meaning] = MARKS[state];
    return html("span", { class: `mkg-mark mkg-${state}`, title: `${meaning}: ${words}`, role: "img", "aria-label": `${meaning}: ${words}` }, sign);
  }

  function task({ title, about, solved }) {
    const sign = html("span", { class: `mkg-mark mkg-${solved ? true : null}`, role: "img", "aria-label": solved ? "solved:" : "open:" }, solved ? "✓" : "○");
    return html("li", {}, sign, html("span", {}, title, html("small", {}, ` ${solved ? "solved" : about}`)));
  }

  function row({ title, predictions, exercises }) {
    const answered = predictions.filter(({ right }) => right !== null).length;
    const right = predictions.filter((one) => one.right).length;
    const words = `${answered} of ${predictions.length} answered, ${right} right`;
    return html("tr", {}, html("th", { scope: "row" }, title),
      html("td", {}, html("span", { class: "mkg-marks" }, ...predictions.map((one) => mark(one.right, one.question))), html("small", {}, words)),
      html("td", {}, exercises.length ? html("ul", {}, ...exercises.map(task)) : "–"));
  }

  function draw() {
    const lessons = model.get("lessons");
    const predictions = lessons.flatMap((lesson) => lesson.predictions);
    const exercises = lessons.flatMap((lesson) => lesson.exercises);
    const answered = predictions.filter(({ right }) => right !== null).length;
    const right = predictions.filter((one) => one.right).length;
    const solved = exercises.filter((one) => one.solved).length;
    total.textContent = `${answered} of ${count(predictions.length, "prediction")} answered, ${right} right · ${solved} of ${count(exercises.length, "exercise")} solved`;
    [bar.max, bar.value] = [Math.max(1, predictions.length + exercises.length), answered + solved];
    bar.setAttribute("aria-label", `Done: ${total.textContent}`);
    trouble.textContent = model.get("trouble");
    place.textContent = model.get("place");
    sure.replaceChildren(html("span", {}, `Forget ${count(answered, "answer")} and ${count(solved, "solved exercise")}? Download them first if you may want them.`), no, yes);
    const head = ["lesson", "predictions", "exercises"].map((title) => html("th", { scope: "col" }, title));
    table.replaceChildren(html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...lessons.map(row)));
  }

  sure.hidden = true;
  el.append(html("section", { class: "mkc mkg", "aria-label": "Your progress", onfocusin: keepKeys },
    html("div", { role: "status" }, total), html("div", { class: "mkc-bar" }, bar), html("div", { class: "mkc-bar" }, look, take, anew), sure, trouble,
    html("div", { class: "mkg-scroll" }, table), place));
  model.on("change:lessons change:trouble change:place", draw);
  draw();
  return () => model.off("change:lessons change:trouble change:place", draw);
}

export default { render };
