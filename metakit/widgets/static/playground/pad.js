// A pad: a canvas that turns mouse, pen and finger into strokes.

const MOST_POINTS = 250, MOST_STROKES = 40, STEP = 3; // a stroke fits a byte count; points nearer than STEP are dropped

/**
 * Make `target`, with its `canvas`, a pad. `draws(event)` says whether this pointer may draw here; `begin()` gives the
 * strokes to add to; `show(strokes, done)` gets them while the pen moves and when it lifts; `dots`: a tap is a dot.
 */
function makePad(target, canvas, { draws, begin, show, dots }) {
  let points = null, strokes = [], pointer = null, down = null;

  const spot = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((v) => Math.round(FULL * Math.min(Math.max(v, 0), 1)));
  };
  const start = () => {
    strokes = begin().slice(0, MOST_STROKES - 1);
    points = [...spot(down)];
  };
  const add = (event) => {
    const [x, y] = spot(event), n = points.length;
    if (Math.hypot(x - points[n - 2], y - points[n - 1]) >= STEP && n < 2 * MOST_POINTS) points.push(x, y);
  };

  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    [pointer, down, points] = [event.pointerId, event, null];
    if (draws(event)) target.setPointerCapture(pointer);
  });
  target.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer || !draws(event)) return;
    if (points === null && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < 3) return;
    if (points === null) start();
    const all = event.getCoalescedEvents?.() ?? [];
    (all.length ? all : [event]).forEach(add);
    show([...strokes, [...points]], false);
  });
  target.addEventListener("pointerup", (event) => {
    if (event.pointerId !== pointer) return;
    if (points === null && dots && draws(event)) start();
    if (points !== null) show([...strokes, [...points]], true);
    pointer = points = null;
  });
  // A finger that draws makes no gesture: without this Chromium swallows the first tap after a drawing.
  target.addEventListener("touchstart", (event) => draws({ pointerType: "touch" }) && event.preventDefault(), { passive: false });
  target.addEventListener("pointercancel", (event) => {
    if (event.pointerId !== pointer) return;
    if (points !== null) show(strokes, true);
    pointer = points = null;
  });
}
