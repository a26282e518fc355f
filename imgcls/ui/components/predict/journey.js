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

const SECONDS = 1.1, PATIENCE = 4000 // ms

// Moves each slider of {name: [from, to]} as a finger would, unless a hand has moved it already; a `from` of null is
// its start. What no slider sets is reached by the address `still`.
export function glide(numbers, still) {
  const names = Object.keys(numbers), since = Date.now()
  const there = (name) => new URLSearchParams(location.search).get(name)
  if (names.every((name) => there(name) === numbers[name][1])) return
  const waits = (name, slider) => {
    const [from] = numbers[name]
    return from === null ? there(name) === null : Number(slider.value) === Number(from)
  }
  const look = () => {
    const sliders = names.map(sliderOf)
    if (!atRest()) return setTimeout(look, 100)
    if (sliders.every(Boolean)) {
      names.forEach((name, i) => { if (waits(name, sliders[i])) move(sliders[i], Number(numbers[name][1])) })
    } else if (Date.now() - since > PATIENCE) go(still)
    else setTimeout(look, 100)
  }
  setTimeout(look, 500) // the eye is still on the card
}

// The card goes up once the part stands below it: that has the room then.
export function comeUp(card, still) {
  if (!card.isConnected) return
  if (!atRest()) setTimeout(comeUp, 60, card, still)
  else card.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" })
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
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    slider.value = to
    tell("change")
  } else requestAnimationFrame(frame)
}
