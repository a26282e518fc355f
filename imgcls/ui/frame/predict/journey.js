// From a question to its answer: all of it is in the page's address.
import { live } from "../../js/live.js"
import { visit } from "../../js/visit.js"

// To another query of this page; "" is the free page at the state that the page is in now.
export const go = (query, instead = false) => visit(query || without("ask", "told"), instead)

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
  history.replaceState({ ours: true }, "", location.pathname + (query.size ? `?${query}` : ""))
}

const SECONDS = 1.1, PATIENCE = 4000, LOOK = 1200, BEGIN = 500, LONGEST = 15000 // ms

// A trip is a reveal's way to its answer: `goes` says whether the page still shows it, `seen` whether its picture is in
// sight, given the sliders that will move; `done` is called when it has arrived.

// Moves each of {name: [from, to]} as a finger would, unless a hand has moved it already; a `from` of null is its
// start. What no hand can move is reached by the address `still`.
export function glide(numbers, still, trip) {
  const names = Object.keys(numbers)
  const there = (name) => new URLSearchParams(location.search).get(name)
  if (names.every((name) => there(name) === numbers[name][1])) return trip.done()
  const waits = (name, sliders) => {
    const [from] = numbers[name]
    return from === null ? there(name) === null : parts(from).every((part, i) => Number(sliders[i].value) === part)
  }
  let since = Date.now()
  const look = () => {
    const held = names.map((name) => slidersOf(name, parts(numbers[name][1]).length))
    const players = names.map((name) => playerOf(name) ?? setterOf(name, numbers[name][1]))
    const late = names.some((name, i) => held[i] && !waits(name, held[i]) && there(name) === numbers[name][0])
    if (late && Date.now() - since < PATIENCE) return again() // the page is not yet where its address is
    if (names.every((_, i) => held[i] || players[i])) {
      if (!trip.seen(held.flatMap((sliders) => sliders ?? []))) return again()
      const ways = names.map((name, i) => {
        if (held[i]) return waits(name, held[i]) ? move(held[i], parts(numbers[name][1])) : true
        if (playerOf(name) || there(name) === numbers[name][0]) players[i].click()
        return until(() => !trip.goes() || there(name) === numbers[name][1], LONGEST)
      })
      return Promise.all(ways).then(async (exactly) => {
        const near = exactly.includes(false) // its steps are coarser than the answer
        if (near) await until(() => atRest() && names.every((name) => there(name) !== numbers[name][0]), PATIENCE)
        land(!near)
      })
    }
    if (Date.now() - since < (names.some(isTyped) ? LOOK : PATIENCE) || !trip.seen()) return again()
    land(names.some(isTyped) && !names.every((name) => there(name) === numbers[name][0]))
  }
  const again = () => setTimeout(() => {
    if (!trip.goes()) return
    if (working()) since = Date.now()
    if (atRest() && !comes(trip)) look()
    else again()
  }, 100)
  const land = (exactly) => {
    if (!trip.goes()) return
    if (!exactly) go(still, true)
    trip.done()
  }
  setTimeout(again, BEGIN - 100) // the eye is still on the card
}

// From the picture as it was asked about to the answer, where something is chosen rather than moved. The eye sees the
// first before it sees the other.
export function change(query, trip, then) {
  const left = location.search
  afterALook(trip, () => {
    if (location.search !== left && !new URLSearchParams(location.search).has("told")) return
    go(query, true)
    then()
  })
}

// Presses the button that plays the part's picture, once that is there.
export function play(name, trip) {
  const since = Date.now()
  const look = () => {
    const player = atRest() && playerOf(name)
    if (player) player.click()
    else if (trip.goes() && Date.now() - since < PATIENCE) setTimeout(look, 100)
  }
  afterALook(trip, look)
}

// Whether the picture has still to be made; its place can be looked at before.
const comes = (trip) => Boolean(working()) && (trip.seen(), true)

// Acts once the picture has been in sight for a moment.
function afterALook(trip, act) {
  let since = null
  const look = () => {
    if (!trip.goes()) return
    since = !comes(trip) && (since !== null || atRest()) && trip.seen() ? since ?? Date.now() : null
    if (since !== null && Date.now() - since >= LOOK && atRest()) act()
    else setTimeout(look, 100)
  }
  look()
}

// "3_-1" and "8,0" have two numbers, one for each slider.
const parts = (text) => text.split(/[_,]/).map(Number)

// The card goes up once the part stands below it: that has the room then.
export function comeUp(card, still) {
  if (!card.isConnected) return
  if (!atRest()) setTimeout(comeUp, 60, card, still)
  else card.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" })
}

export const atRest = () => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"

// Where a worker process makes the picture (see imgcls/ui/dataset/work.py): it will come, however late.
export const working = () => document.querySelector("[class*=st-key-][class*=-working]")

// Whatever holds the element of this key: it lies in a shadow root of its own.
function* roots(key) {
  const holder = live[key] && document.querySelector(`.st-key-${CSS.escape(key)}`)
  for (const host of holder ? [holder, ...holder.querySelectorAll("*")] : []) if (host.shadowRoot) yield host.shadowRoot
}

// The slider of a number, or those of several rows; null until they are there.
function slidersOf(name, count) {
  for (const root of roots(name)) {
    const found = [...root.querySelectorAll("input[data-dial], input.range")]
    if (found.length === count) return found
  }
  const others = anywhere(`input[data-sets="${CSS.escape(name)}"]`) // those that have another name than what they set
  return others.length === count ? others : null
}

// A number that is typed or chosen in a field of Streamlit's own: no slider will come.
const isTyped = (name) => !live[name] && document.querySelector(`.st-key-${CSS.escape(name)}`)

// The button that plays a picture step by step, up to the last one.
const playerOf = (name) => anywhere(`[data-plays="${CSS.escape(name)}"]`)[0]

// True once that has come about, or so long has been waited for it.
const until = (there, long, since = Date.now()) => new Promise((done) => {
  const look = () => (there() || Date.now() - since > long ? done(true) : setTimeout(look, 100))
  look()
})

// The button that sets a number to one of a few values.
const setterOf = (name, value) => anywhere(`button[data-sets="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`)[0]

function anywhere(selector) {
  for (const key of Object.keys(live)) {
    for (const root of roots(key)) {
      const found = [...root.querySelectorAll(selector)]
      if (found.length) return found
    }
  }
  return []
}

// Tells, in the end, whether they are where they should be.
function move(sliders, ends) {
  const starts = sliders.map((slider) => Number(slider.value)), begun = performance.now()
  const moving = sliders.map((_, i) => i).filter((i) => starts[i] !== ends[i])
  const exactly = () => sliders.every((slider, i) => Number(slider.value) === ends[i])
  const tell = (slider, kind) => slider.dispatchEvent(new Event(kind, { bubbles: true }))
  const step = (share) => {
    const eased = share * share * (3 - 2 * share)
    for (const i of moving) {
      sliders[i].value = starts[i] + (ends[i] - starts[i]) * eased
      tell(sliders[i], "input")
    }
    if (share === 1 && moving.length) tell(sliders[moving.at(-1)], "change")
  }
  return new Promise((done) => {
    const frame = (now) => {
      const share = Math.min(1, (now - begun) / (1000 * SECONDS))
      if (!sliders[0].isConnected) return done(false)
      step(share)
      if (share < 1) requestAnimationFrame(frame)
      else done(exactly())
    }
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) frame(Infinity)
    else requestAnimationFrame(frame)
  })
}
