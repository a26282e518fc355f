// From a question to its answer: all of it is in the page's address.
import { live } from "../../js/live.js"

// To another query of this page, as Back and Forward go: Streamlit and our own numbers follow it. "" is the free page
// at the state that the page is in now.
export function go(query) {
  const to = query || without("ask", "told")
  history.pushState({}, "", location.pathname + to)
  dispatchEvent(new PopStateEvent("popstate", { state: {} }))
}

function without(...names) {
  const query = new URLSearchParams(location.search)
  for (const name of names) query.delete(name)
  return query.size ? `?${query}` : ""
}

// The address names the question that is asked, also one that nobody asked for: a class goes by the address. It takes
// the place of the address without it, so that Back leads away from here. With "" the question is gone.
export function keepAsked(id) {
  const query = new URLSearchParams(location.search)
  if ((query.get("ask") ?? "") === id && !query.has("told")) return
  query.delete("told")
  if (id) query.set("ask", id)
  else query.delete("ask")
  history.replaceState(history.state, "", location.pathname + (query.size ? `?${query}` : ""))
}

const SECONDS = 1.1, PATIENCE = 8000

// Moves each slider of {name: [from, to]} as a finger would; what no slider sets is reached by the address `still`.
export function glide(numbers, still) {
  const names = Object.keys(numbers)
  const query = new URLSearchParams(location.search)
  const waiting = names.filter((name) => (query.get(name) ?? null) === numbers[name][0])
  if (!waiting.length) return
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return go(still)
  const since = Date.now()
  const look = () => {
    const sliders = waiting.map(sliderOf)
    if (sliders.every(Boolean) && atRest()) waiting.forEach((name, i) => move(sliders[i], Number(numbers[name][1])))
    else if (atRest() && Date.now() - since > 1500 && !sliders.some(Boolean)) go(still)
    else if (Date.now() - since < PATIENCE) setTimeout(look, 100)
  }
  setTimeout(look, 500) // the eye is still on the card
}

const atRest = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"

function sliderOf(name) {
  const holder = live[name] && document.querySelector(`.st-key-${CSS.escape(name)}`)
  const hosts = holder ? [holder, ...holder.querySelectorAll("*")] : []
  for (const { shadowRoot } of hosts) {
    const found = shadowRoot?.querySelector("input[data-dial]")
    if (found) return found
  }
  return null
}

function move(slider, to) {
  const from = Number(slider.value), begun = performance.now()
  const tell = (kind) => slider.dispatchEvent(new Event(kind, { bubbles: true }))
  const frame = (now) => {
    const share = Math.min(1, (now - begun) / (1000 * SECONDS)), eased = share * share * (3 - 2 * share)
    slider.value = from + (to - from) * eased
    if (!slider.isConnected) return
    tell(share < 1 ? "input" : "change")
    if (share < 1) requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}
