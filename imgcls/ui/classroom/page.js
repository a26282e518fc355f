// The page's address, from the app's first page on: what a class is led to. This file lies five folders below the app.
export const home = new URL("../../../../", import.meta.url)

export const page = (address) => address.split("?")[0]
export const place = () => location.pathname.slice(home.pathname.length) + location.search

const parts = (text) => {
  const [path, query = ""] = text.split("?")
  return path + "?" + [...new URLSearchParams(query)].map((pair) => pair.join("=")).sort().join("&")
}
export const same = (one, other) => parts(one) === parts(other)

const watchers = []
const push = history.pushState.bind(history)
for (const name of ["pushState", "replaceState"]) {
  const before = history[name].bind(history)
  history[name] = (...given) => { before(...given); for (const each of watchers) each() }
}
export function onMove(act) {
  watchers.push(act)
  addEventListener("popstate", act)
}

// Streamlit shows what is at this address, with no reload.
export function go(to) {
  if (same(place(), to)) return
  push({ ours: true }, "", new URL(to, home))
  dispatchEvent(new PopStateEvent("popstate", { state: {} }))
}

// Streamlit listens to addresses once its page stands.
export function whenReady(act) {
  const app = document.querySelector("[data-testid=stApp]")
  if (app?.dataset.testScriptState === "notRunning" && document.querySelector("h1")) return act()
  setTimeout(() => whenReady(act), 100)
}

// Whether a key that was pressed is meant for a field, or for a slider of the lesson.
export const isTyping = (event) =>
  Boolean(event.composedPath()[0].closest?.("input, textarea, select, [contenteditable], [role=slider]"))
