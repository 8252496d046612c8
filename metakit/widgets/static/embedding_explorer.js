// The embedding of an episode on a plane: squares are support images, circles queries, letters prototypes.

const [WIDTH, HEIGHT, EDGE] = [560, 420, 34];

function render({ model, el }) {
  const root = stage(el, "mk-embedding", "Embedding explorer");
  const lines = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  const map = node("div", { className: "mk-map", role: "group", "aria-label": "Embedding of the episode" });
  const panel = node("div", { className: "mk-panel", role: "status" });
  const words = node("p", { className: "mk-quiet" });
  root.append(
    node("div", { className: "mk-bar" }, slider(model, "ways", "N ways"), slider(model, "shots", "K shots"),
      choice(model, "network", "network", model.get("networks")), counter(model, "episode", "New episode")),
    node("div", { className: "mk-pair" }, map, panel), words);
  let chosen = 0; // the query or support image in the panel, by its place in `things`

  function draw() {
    const view = model.get("view");
    const at = fitted(view);
    const things = describe(view, at);
    lines.replaceChildren(...regions(view, at), ...things.map(line));
    const tiles = things.map((thing, place) => tile(thing, () => show(things, place)));
    map.replaceChildren(lines, ...tiles, ...view.prototypes.map((point, way) => prototype(at(point), way)));
    const wrong = things.findIndex((thing) => thing.kind === "query" && thing.answer !== thing.truth);
    chosen = wrong < 0 ? things.findIndex((thing) => thing.kind === "query") : wrong;
    show(things, chosen);
    explain(view, things);
  }

  /** Plane to pixels: one scale for both axes, so that distances can be compared. */
  function fitted(view) {
    const all = [...view.prototypes, ...view.support_points, ...view.query_points];
    const [left, right] = [Math.min(...all.map((p) => p[0])), Math.max(...all.map((p) => p[0]))];
    const [low, high] = [Math.min(...all.map((p) => p[1])), Math.max(...all.map((p) => p[1]))];
    const zoom = Math.min((WIDTH - 2 * EDGE) / (right - left + 1e-9), (HEIGHT - 2 * EDGE) / (high - low + 1e-9));
    return ([x, y]) => [WIDTH / 2 + zoom * (x - (left + right) / 2), HEIGHT / 2 + zoom * (y - (low + high) / 2)];
  }

  function describe(view, at) {
    const part = (kind, count) => {
      const masks = maskAddresses(view[kind]);
      return view[`${kind}_points`].map((point, i) => {
        const distances = view[`${kind}_distances`][i];
        const answer = distances.indexOf(Math.min(...distances));
        return { kind, mask: masks[i], truth: Math.floor(i / count), answer, distances, place: at(point), home: at(view.prototypes[kind === "query" ? answer : Math.floor(i / count)]) };
      });
    };
    return [...part("support", view.shots), ...part("query", view.queries)];
  }

  function line(thing) {
    const [[x1, y1], [x2, y2]] = [thing.place, thing.home];
    const wrong = thing.kind === "query" && thing.answer !== thing.truth;
    const style = wrong ? { stroke: "var(--wrong)", "stroke-dasharray": "5 4", "stroke-width": 2 }
      : { stroke: colourOf(thing.truth), "stroke-width": thing.kind === "query" ? 1.6 : 1, "stroke-opacity": thing.kind === "query" ? 0.85 : 0.35 };
    return svg("line", { x1, y1, x2, y2, ...style });
  }

  const position = ([x, y]) => `left:${(100 * x) / WIDTH}%;top:${(100 * y) / HEIGHT}%`;
  const sentence = ({ kind, truth, answer }) => kind === "support" ? `support image of class ${LETTERS[truth]}`
    : `query of class ${LETTERS[truth]}, nearest prototype ${LETTERS[answer]}: ${truth === answer ? "right" : "wrong"}`;

  function tile(thing, select) {
    const wrong = thing.kind === "query" && thing.answer !== thing.truth;
    return node("button", {
      type: "button", className: `mk-point mk-${thing.kind} ${wrong ? "mk-bad" : ""}`, style: `${position(thing.place)};--class:${colourOf(thing.truth)}`,
      "aria-label": sentence(thing), onmouseenter: select, onfocus: select, onclick: select,
    }, glyph(thing.mask, model.get("ways") > 8 ? 20 : 26));
  }

  const prototype = (place, way) => node("span", { className: `mk-prototype ${model.get("shots") === 1 ? "mk-corner" : ""}`, style: `${position(place)};--class:${colourOf(way)}`, "aria-hidden": "true" }, LETTERS[way]);

  function show(things, place) {
    const thing = things[place];
    const order = thing.distances.map((distance, way) => ({ distance, way })).sort((a, b) => a.distance - b.distance).slice(0, 6);
    const longest = order.at(-1).distance || 1;
    const right = thing.answer === thing.truth;
    const title = thing.kind === "support" ? [badge(thing.truth), " support image"]
      : ["query of ", badge(thing.truth), ` → ${right ? "right" : "wrong"} `, node("span", { className: right ? "mk-yes" : "mk-no" }, right ? "✓" : "✗")];
    panel.replaceChildren(glyph(thing.mask, 104), node("div", { className: "mk-title" }, ...title), node("h4", {}, "squared distance to"),
      ...order.map(({ distance, way }) => node("div", { className: "mk-distance" }, badge(way),
        node("span", { className: "mk-length", style: `--share:${distance / longest};--class:${colourOf(way)}` }), node("span", {}, distance < 0.1 ? distance.toPrecision(2) : distance.toFixed(distance < 10 ? 2 : 1)))));
    [...map.querySelectorAll(".mk-point")].forEach((element, i) => element.classList.toggle("mk-chosen", i === place));
  }

  /** With up to three prototypes the picture is exact, so the nearest prototype divides it into regions. */
  function regions(view, at) {
    if (view.ways > 3) return [];
    return view.prototypes.map((_, way) => {
      const corners = view.prototypes.reduce((shape, _other, rival) => rival === way ? shape : nearer(shape, at(view.prototypes[way]), at(view.prototypes[rival])),
        [[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]]);
      return svg("polygon", { points: corners.join(" "), fill: colourOf(way), "fill-opacity": 0.14, stroke: "var(--line)" });
    });
  }

  /** The part of a convex shape that is nearer to point `a` than to point `b`. */
  function nearer(shape, a, b) {
    const side = ([x, y]) => (x - (a[0] + b[0]) / 2) * (b[0] - a[0]) + (y - (a[1] + b[1]) / 2) * (b[1] - a[1]);
    return shape.flatMap((corner, i) => {
      const next = shape[(i + 1) % shape.length];
      const [s, t] = [side(corner), side(next)];
      const kept = s <= 0 ? [corner] : [];
      if (s * t < 0) kept.push([0, 1].map((k) => corner[k] + ((next[k] - corner[k]) * s) / (s - t)));
      return kept;
    });
  }

  function explain(view, things) {
    const queries = things.filter((thing) => thing.kind === "query");
    const right = queries.filter((thing) => thing.answer === thing.truth).length;
    const exact = view.ways <= 3
      ? "Up to three prototypes lie in one plane: the regions are exact."
      : `The plane shows ${percent(view.share)} of the prototypes' spread; lines go to the prototype that is nearest in all ${view.dimensions} dimensions.`;
    words.replaceChildren(node("span", { className: "mk-strong" }, `${right} of ${queries.length} queries right. `),
      `Letters are prototypes, squares support images, circles queries; a dashed line is a mistake. ${exact}`);
  }

  model.on("change:view", draw);
  draw();
}

export default { render };
