// The door to a class: the rest is loaded once somebody comes in, presents, or collects stations.
const load = () => import("./class.js")
const query = new URLSearchParams(location.search)
const given = { code: query.get("class"), key: query.get("teach"), present: query.has("present") }

// What brought the browser here stays out of its address.
for (const name of ["class", "teach", "present"]) query.delete(name)
const clean = location.pathname + (query.size ? `?${query}` : "") + location.hash
if (clean !== location.pathname + location.search + location.hash) history.replaceState({ ours: true }, "", clean)

const kept = localStorage.getItem("imgcls-class") || sessionStorage.getItem("imgcls-presents")
if (kept || Object.values(given).some(Boolean)) load().then(({ come }) => come(given))
document.addEventListener("click", ({ target }) => {
  if (target.closest?.(".imgcls-class-door")) load().then(({ openDoor }) => openDoor())
})
addEventListener("keydown", (event) => {
  const { key, shiftKey } = event
  if (!shiftKey || !["P", "S"].includes(key) || event.ctrlKey || event.metaKey || event.altKey) return
  const [target] = event.composedPath() // known only as long as the event is under way
  const isTyping = target.closest?.("input, textarea, select, [contenteditable], [role=slider]")
  if (!isTyping) load().then(({ pressed }) => pressed(key))
})
