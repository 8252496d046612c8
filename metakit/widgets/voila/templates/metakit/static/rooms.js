// The page's rooms: one widget each, drawn when its room is entered first. The address says which room is open.

const PREFIX = "#room=";
const tabs = [...document.querySelectorAll("#rooms a")];
let rooms = [], board = location.pathname + location.search; // the address of the first room, its board included

const asked = () => Math.max(0, tabs.findIndex((tab) => PREFIX + tab.dataset.room === location.hash));

async function enter(number) {
  tabs.forEach((tab, i) => (i === number ? tab.setAttribute("aria-current", "page") : tab.removeAttribute("aria-current")));
  document.getElementById("waiting")?.remove();
  rooms.forEach(({ place }, i) => (place.hidden = i !== number));
  const { place, draw } = rooms[number];
  if (!place.childElementCount) await draw(place);
  document.getElementById("page").removeAttribute("aria-busy");
}

function follow(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab, if the visitor wishes one
  event.preventDefault();
  const [from, to] = [asked(), tabs.indexOf(event.currentTarget)];
  if (from === to) return;
  if (from === 0) board = location.href;
  history.pushState(null, "", to === 0 ? board : PREFIX + tabs[to].dataset.room);
  enter(to);
}

/** `draws[i](place)` draws room i. The first is open when the address asks for no other. */
export async function openRooms(draws) {
  const page = document.getElementById("page");
  rooms = draws.map((draw) => ({ draw, place: page.appendChild(document.createElement("div")) }));
  document.getElementById("rooms").hidden = draws.length < 2;
  tabs.forEach((tab) => tab.addEventListener("click", follow));
  addEventListener("popstate", () => enter(asked()));
  await enter(asked());
}
