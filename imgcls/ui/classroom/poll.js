// Questions to the class: asked by the teacher, answered on every screen, shown to all when the teacher says so.
import { percent, written } from "../js/numbers.js"
import { button, dialog, field, make, newCard, refusal } from "./build.js"
import { go, home, place } from "./page.js"
import { shownPhoto } from "./photo.js"
import { isTeacher, room } from "./room.js"
import { ask } from "./server.js"

const RETRY = 2000 // ms until a vote that did not arrive is sent once more
const HINTS = {
  explain: "Few are right: explain it once more, then ask again.",
  discuss: "Discuss it with your neighbour, then vote again.",
  "go on": "Most are right: one sentence why, and go on.",
}
const ROUNDS = ["first vote", "second vote", "third vote"]

// --- the teacher asks
const onScreen = () => new URLSearchParams(location.search).get("ask")

export function openAsk() {
  const box = dialog("Ask the class")
  let say = () => {}
  const start = (asked) => ask("ask", asked).then(() => box.close(), (trouble) => say(trouble))
  if (onScreen()) {
    make("p", box, "A question of the lesson is on the screen. Everybody predicts on their own page, with their photo.")
    button(box, "Ask the question on the screen", () => start({ kind: "lesson", question: onScreen() }), {
      class: "main",
    })
    make("h3", box, "Or a question of your own")
  }
  const form = make("form", box, "", { class: "ask" })
  const prompt = field(form, "Question", { maxlength: "300" })
  const kinds = make("fieldset", form)
  make("legend", kinds, "Answered by")
  const radios = { choice: "choosing", number: "a number", point: "pointing at the photo on my screen" }
  for (const [kind, words] of Object.entries(radios)) {
    const label = make("label", kinds, "", { class: "radio" })
    const radio = make("input", label, "", { type: "radio", name: "kind", value: kind })
    radio.checked = kind === "choice"
    label.append(words)
  }
  const options = field(form, "Answers, one a line; a * in front of the right one", { rows: "4" }, "textarea")
  const right = field(form, "The right number, if there is one", { inputmode: "decimal" })
  const kind = () => form.elements.kind.value
  const fit = () => {
    options.parentElement.hidden = kind() !== "choice"
    right.parentElement.hidden = kind() !== "number"
  }
  kinds.onchange = fit
  fit()
  make("button", form, "Ask", { class: "main" })
  say = refusal(box)
  if (!onScreen()) prompt.focus()
  form.onsubmit = async (event) => {
    event.preventDefault()
    const asked = { kind: kind(), prompt: prompt.value }
    if (kind() === "choice") {
      const lines = options.value.split("\n").map((line) => line.trim()).filter(Boolean)
      asked.options = lines.map((line) => line.replace(/^\*\s*/, ""))
      const marked = lines.findIndex((line) => line.startsWith("*"))
      if (marked >= 0) asked.right = marked
    } else if (kind() === "number" && right.value.trim()) {
      asked.right = Number(right.value.replace(",", "."))
      if (!Number.isFinite(asked.right)) return say({ message: "The right number is none." })
    }
    try {
      if (kind() === "point") asked.picture = await shownPhoto()
      await start(asked)
    } catch (trouble) {
      say(trouble)
    }
  }
  if (!onScreen()) prompt.focus()
}

// --- a student answers
let sending = 0

// A vote is sent until the server says that it is on its disk.
async function send(poll, value) {
  const turn = ++sending
  while (turn === sending) {
    try {
      await ask("vote", { poll: poll.id, value })
      return
    } catch (trouble) {
      if (!(trouble instanceof TypeError) && trouble.name !== "TimeoutError") return notice(trouble.message)
      notice("Your answer has not arrived yet; it is sent again.")
      await new Promise((wait) => setTimeout(wait, RETRY))
    }
  }
}

const notice = (words) => {
  const line = panel?.querySelector("[role=status]")
  if (line) line.textContent = words
}

let panel = null, drawn = ""

export function drawPoll() {
  const poll = room.news?.poll
  const shown = JSON.stringify([poll ?? null, isTeacher()])
  if (shown === drawn) return
  const { kind } = poll ?? {}
  const typed = panel?.querySelector("input[type=text]")
  const draft = typed && panel.dataset.id === `${poll?.id}.${poll?.round}` ? typed.value : ""
  const held = panel?.contains(document.activeElement) ? document.activeElement.dataset.name : null
  drawn = shown
  panel?.remove()
  panel = null
  if (!poll) return
  panel = newCard("imgcls-poll", "A question to the class")
  panel.dataset.id = `${poll.id}.${poll.round}`
  panel.classList.toggle("lesson", kind === "lesson")
  if (poll.prompt) make("h2", panel, poll.prompt)
  if (poll.revealed) results(poll)
  else if (isTeacher()) waiting(poll)
  else if (kind === "lesson") make("p", panel, lessonWords(poll), { role: "status" })
  else answer(poll, draft)
  if (isTeacher()) controls(poll)
  if (held) panel.querySelector(`[data-name="${CSS.escape(held)}"]`)?.focus()
}

const lessonWords = ({ mine }) => mine === null
  ? "Your teacher asks the class: make your prediction on this page."
  : "Your prediction is counted. You can change it until the answer is shown."

function answer(poll, draft) {
  const vote = (value) => send(poll, value)
  const counted = "Your answer is counted. You can change it until the answers are shown."
  if (poll.kind === "choice") {
    const row = make("div", panel, "", { class: "options" })
    poll.options.forEach((option, index) => {
      button(row, option, () => vote(index), { "aria-pressed": String(poll.mine === index), "data-name": `o${index}` })
    })
  } else if (poll.kind === "number") {
    const form = make("form", panel, "", { class: "row" })
    const input = field(form, "Your number", { type: "text", inputmode: "decimal", "data-name": "number" })
    input.value = draft || (poll.mine === null ? "" : String(poll.mine))
    make("button", form, "Send", { class: "main", "data-name": "send" })
    form.onsubmit = (event) => {
      event.preventDefault()
      const number = Number(input.value.trim().replace(",", "."))
      if (input.value.trim() && Number.isFinite(number)) vote(number)
      else notice("Type a number, such as 0.5 or 1200.")
    }
  } else picture(poll, poll.mine ? [poll.mine] : [], vote)
  make("p", panel, poll.mine === null ? "" : counted, { role: "status" })
}

// The teacher's photo with a mark at each place; with `chosen` a press, or the arrow keys and Enter, set one.
function picture(poll, places, chosen) {
  const frame = make("div", panel, "", { class: "photo", "data-name": "photo" })
  const source = new URL(`imgcls/class/picture/${poll.id}`, home)
  make("img", frame, "", { src: source, alt: "The photo that the teacher asks about" })
  const mark = ([x, y]) => {
    const dot = make("span", frame, "", { class: "mark" })
    Object.assign(dot.style, { left: `${100 * x}%`, top: `${100 * y}%` })
    return dot
  }
  places.forEach(mark)
  if (!chosen) return
  let at = places[0] ?? [0.5, 0.5]
  Object.assign(frame, { tabIndex: 0, role: "application" })
  frame.setAttribute("aria-label", "Choose a place on the photo: a press, or the arrow keys and Enter")
  frame.onclick = ({ clientX, clientY }) => {
    const { left, top, width, height } = frame.getBoundingClientRect()
    chosen([(clientX - left) / width, (clientY - top) / height].map((each) => Math.min(Math.max(each, 0), 1)))
  }
  frame.onkeydown = (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
    if (event.key === "Enter") chosen(at)
    if (!step) return
    event.preventDefault()
    at = at.map((each, axis) => Math.min(Math.max(each + 0.04 * step[axis], 0), 1))
    frame.querySelectorAll(".mark").forEach((each) => each.remove())
    mark(at)
  }
}

// --- the teacher waits, and shows
const ofAll = ({ votes }) => `${votes} of ${Math.max(votes, room.news.count)}`

function waiting(poll) {
  if (poll.kind === "choice") {
    const list = make("ol", panel, "", { class: "choices" })
    for (const option of poll.options) make("li", list, option)
  } else if (poll.kind === "point") picture(poll, [])
  const words = poll.kind === "lesson" ? "have predicted" : "have answered"
  const round = poll.round > 1 ? `, ${ROUNDS[poll.round - 1] ?? `vote ${poll.round}`}` : ""
  make("p", panel, `${ofAll(poll)} ${words}${round}`, { class: "count", role: "status" })
}

function controls(poll) {
  const row = make("div", panel, "", { class: "row" })
  const act = (text, press, attributes) => button(row, text, press, { "data-name": text, ...attributes })
  if (!poll.revealed) {
    act("Show the answers", () => reveal(poll), { class: "main" })
    if (poll.kind !== "point") {
      act("Discuss or go on?", () => ask("hint").then(({ hint }) => {
        notice(HINTS[hint] ?? "No answer is marked as right, so there is no hint.")
      }, ({ message }) => notice(message)))
    }
  }
  act("Vote again", () => ask("again").then(() => poll.kind === "lesson" && covered(poll)), {})
  act("Done", () => ask("close"), {})
}

// The lesson's own page shows the answer, and the class follows it there; see `told` in predict_first.py.
function reveal(poll) {
  ask("reveal").then(() => { if (poll.kind === "lesson") lessonAt(poll, "1") })
}
const covered = (poll) => lessonAt(poll, null)

function lessonAt(poll, told) {
  const [path, query = ""] = place().split("?")
  const settings = new URLSearchParams(query)
  settings.set("ask", poll.question)
  told ? settings.set("told", told) : settings.delete("told")
  go(`${path}?${settings}`)
}

function results(poll) {
  const { rounds } = poll
  if (poll.kind === "choice") bars(poll)
  else if (poll.kind === "number") line(poll)
  else if (poll.kind === "point") picture(poll, rounds.at(-1))
  else if (isTeacher()) make("p", panel, `${ofAll(poll)} have predicted: the page shows it.`, { role: "status" })
  poll.shares?.forEach((share, index) => {
    if (share === null) return
    const which = rounds.length > 1 ? ` (${ROUNDS[index] ?? `vote ${index + 1}`})` : ""
    make("p", panel, `${percent(share, 0)} are right${which}.`, { class: "share" })
  })
}

function bars(poll) {
  const list = make("div", panel, "", { class: "bars" })
  poll.options.forEach((option, index) => {
    const right = poll.right === index
    const mine = poll.mine === index
    const words = [option, right ? "✓ right" : "", mine ? "(yours)" : ""].filter(Boolean).join("  ")
    make("p", list, words, { class: right ? "name right" : "name" })
    poll.rounds.forEach((counts, turn) => {
      const all = counts.reduce((sum, count) => sum + count, 0)
      const share = all ? counts[index] / all : 0
      const bar = make("div", list, "", { class: turn === poll.rounds.length - 1 ? "bar" : "bar earlier" })
      make("span", bar, "", { class: "fill" }).style.width = `${100 * share}%`
      const which = poll.rounds.length > 1 ? `${ROUNDS[turn] ?? turn + 1}: ` : ""
      make("span", bar, `${which}${counts[index]} of ${all}`, { class: "words" })
    })
  })
}

// Every number as a dot on one line; equal ones lie on each other's shoulders.
function line(poll) {
  const numbers = poll.rounds.at(-1)
  if (!numbers.length) return make("p", panel, "Nobody has answered.")
  const low = Math.min(...numbers, poll.right ?? Infinity)
  const high = Math.max(...numbers, poll.right ?? -Infinity)
  const isWide = low > 0 && high > 1000 * low // then each power of ten gets the same room
  const scale = isWide ? Math.log : (number) => number
  const at = (number) => (high > low ? (scale(number) - scale(low)) / (scale(high) - scale(low)) : 0.5)
  const right = poll.right === undefined ? "" : `; right is ${written(poll.right)}`
  const words = `${numbers.length} answers from ${written(numbers[0])} to ${written(numbers.at(-1))}, the middle one ` +
    `${written(poll.middle)}${right}${isWide ? "; the line is logarithmic" : ""}`
  const strip = make("div", panel, "", { class: "strip", role: "img", "aria-label": words })
  const stacked = new Map()
  for (const number of numbers) {
    const column = Math.round(40 * at(number))
    const level = stacked.get(column) ?? 0
    stacked.set(column, level + 1)
    const dot = make("span", strip, "", { class: number === poll.mine ? "dot mine" : "dot" })
    Object.assign(dot.style, { left: `${100 * at(number)}%`, bottom: `${Math.min(level, 9) * 0.7}rem` })
  }
  if (poll.right !== undefined) make("span", strip, "", { class: "truth" }).style.left = `${100 * at(poll.right)}%`
  make("p", panel, `${words}.`)
}
