/** The protocol switchboard. Python sends `plan`, `rows` and `error`; the page sets the switches, `running` and `clear`. */

const [NO_STEPS, LEAST_ROOM] = [-1, 0.05];
const NUMBERS = { ways: [2, 3, 5, 10, 20], shots: [1, 2, 5, 10], queries: [1, 2, 5, 10, 15], steps: [0, 1, 2, 3, 5, 10, 20] };
const LABELS = { learner: "Learner", split: "Test characters", rotations: "Rotations", norm: "BatchNorm", ways: "N ways", shots: "K shots", queries: "Queries a class", steps: "Inner steps" };
const percents = (share, digits = 1) => (100 * share).toFixed(digits);

/** What a select of this switch offers: [[value, text], …]. The value in use is always among them. */
function offers(model, name) {
  const same = (values) => values.map((value) => [value, String(value)]);
  if (name === "rotations") return [[false, "upright only"], [true, "turned: classes too"]];
  if (name === "norm") return [["inductive", "inductive: one query"], ["transductive", "transductive: all queries"]];
  if (!(name in NUMBERS)) return same(model.get("choices")[name]);
  const now = model.get(name);
  if (now === NO_STEPS) return [[NO_STEPS, "takes none"]];
  return same([...new Set([...NUMBERS[name], now])].sort((a, b) => a - b));
}

function render({ model, el }) {
  const put = (name, value) => (model.set(name, value), model.save_changes());
  const names = Object.keys(LABELS);
  const switches = Object.fromEntries(names.map((name) => {
    const select = html("select", { "aria-label": LABELS[name], onchange: () => put(name, offers(model, name)[select.selectedIndex][0]) });
    return [name, select];
  }));
  const measure = html("button", { class: "mkc-main", onclick: () => put("running", !model.get("running")) });
  const clear = html("button", { onclick: () => put("clear", (model.get("clear") + 1) % 2 ** 31) }, "Clear the rows");
  const progress = html("progress", { "aria-label": "Episodes measured" });
  const [plan, error, words] = [html("p", { class: "mks-plan" }), html("p", { class: "mks-error", role: "alert" }), html("span", { role: "status" })];
  const table = html("table", { class: "mks-table" });

  /** Words of a protocol; what changed is bold and underlined, and said to be new. */
  const said = (parts) => parts.flatMap(([text, changed], i) => [i ? " · " : "", changed ? html("b", { class: "mks-new", title: "changed" }, text) : text]);

  function drawSwitches() {
    const busy = model.get("running");
    for (const [name, select] of Object.entries(switches)) {
      const offered = offers(model, name);
      select.replaceChildren(...offered.map(([, text]) => html("option", {}, text)));
      select.selectedIndex = offered.findIndex(([value]) => value === model.get(name));
      select.disabled = busy || offered.length < 2;
    }
    measure.textContent = busy ? "■ Stop" : "▶ Measure";
    const fresh = model.get("plan").some(([, changed]) => changed) || !model.get("rows").length;
    plan.replaceChildren(busy ? "Measuring: " : fresh ? "Not measured yet: " : "As in the last row: ", ...said(model.get("plan")));
    plan.hidden = busy;
    error.textContent = model.get("error");
  }

  function row({ words: parts, mean, ci95, episodes, moved }, place, at, ticks) {
    const [left, right] = [at(Math.max(mean - ci95, 0)), at(Math.min(mean + ci95, 1))];
    const track = html("div", { class: "mks-track", "aria-hidden": "true" },
      ...ticks.map((tick) => html("span", { class: "mks-grid", style: `left:${at(tick)}%` })),
      html("span", { class: "mks-whisker", style: `left:${left}%;width:${right - left}%` }),
      html("span", { class: "mks-dot", style: `left:${at(mean)}%` }));
    const sign = moved && (Math.abs(moved[0]) <= moved[1] ? "≈" : moved[0] > 0 ? "▲" : "▼");
    return html("tr", {}, html("th", { scope: "row" }, `${place + 1}. `, ...said(parts)), html("td", {}, track),
      html("td", { class: "mks-number" }, html("b", {}, percents(mean)), ` ± ${percents(ci95)} %`),
      html("td", { class: "mks-number" }, moved ? `${sign} ${moved[0] < 0 ? "−" : "+"}${percents(Math.abs(moved[0]))} ± ${percents(moved[1])} %` : "–"),
      html("td", { class: "mks-number" }, String(episodes)));
  }

  function drawRows() {
    const rows = model.get("rows");
    const lowest = Math.min(1 - LEAST_ROOM, ...rows.map(({ mean, ci95 }) => mean - ci95));
    const stride = [0.01, 0.02, 0.05, 0.1, 0.25].find((step) => (1 - lowest) / step <= 6) ?? 0.25;
    const low = Math.max(0, Math.floor(lowest / stride) * stride);
    const at = (share) => 2 + (96 * (Math.max(share, low) - low)) / (1 - low);
    const ticks = Array.from({ length: Math.round((1 - low) / stride) + 1 }, (_, i) => low + i * stride);
    const axis = html("div", { class: "mks-track mks-ticks" }, ...ticks.map((tick) => html("span", { style: `left:${at(tick)}%` }, `${percents(tick, 0)} %`)));
    const head = ["protocol; what changed stands out", axis, "accuracy", "against the row before", "episodes"];
    table.replaceChildren(
      html("caption", {}, "± is the 95 % interval · ≈ the interval of the difference holds zero · ▲ ▼ it does not. Rows are draws of their own, not pairs."),
      html("thead", {}, html("tr", {}, ...head.map((title) => html("th", { scope: "col" }, title)))),
      html("tbody", {}, ...rows.map((one, place) => row(one, place, at, ticks))));
    const last = rows.at(-1);
    const [busy, total] = [model.get("running"), model.get("episodes")];
    progress.hidden = !busy;
    progress.max = total;
    progress.value = busy && last ? last.episodes : 0;
    words.textContent = busy ? "measuring …" : last ? `${rows.length} measured; the last one: ${percents(last.mean)} ± ${percents(last.ci95)} %` : "nothing measured";
  }

  const draw = () => (drawSwitches(), drawRows());
  el.append(html("section", { class: "mkc", "aria-label": "Protocol switchboard", onfocusin: keepKeys },
    html("div", { class: "mks-switches" }, ...names.map((name) => html("label", {}, LABELS[name], switches[name]))),
    plan, html("div", { class: "mkc-bar" }, measure, clear, progress, words), error, html("div", { class: "mks-scroll" }, table)));
  const switched = [...names, "plan", "running", "error", "choices"].map((name) => `change:${name}`).join(" ");
  model.on(switched, drawSwitches);
  model.on("change:rows change:running", drawRows);
  draw();
  return () => (model.off(switched, drawSwitches), model.off("change:rows change:running", drawRows));
}

export default { render };
