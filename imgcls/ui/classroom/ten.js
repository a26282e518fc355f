// Ten questions before and after a course: the teacher opens them, everybody answers at their own pace, and the gain of
// the class is drawn beside those of other courses.
import { equation, percent } from "../js/numbers.js"
import { button, dialog, make, newCard, refusal } from "./build.js"
import { gainChart } from "./gain_chart.js"
import { isTeacher, onChange, room } from "./room.js"
import { ask, read } from "./server.js"

const NAMES = { before: "before the course", after: "after the course" }
let box = null, drawn = "", news = null, say = () => {}

// --- the teacher
export function openTen() {
  box = dialog("Ten questions before and after")
  box.classList.add("ten")
  box.addEventListener("close", () => { box = null })
  make("div", box, "", { class: "inside" })
  say = refusal(box)
  drawn = ""
  drawTen()
}

const act = (action, given = {}) => ask("ten", { do: action, ...given }).then(() => say({ message: "" }), say)

// After every change of the class.
async function drawTen() {
  if (!room.news) box?.close()
  makeWay(room.news ?? {})
  const { ten } = room.news ?? {}
  const shown = JSON.stringify([ten ?? null, isTeacher()])
  if (shown === drawn) return
  drawn = shown
  if (isTeacher() ? !box : !ten) return remove()
  try {
    const found = await read("ten")
    if (shown !== drawn) return
    news = found
    if (isTeacher()) fillBox(ten ?? { part: null, done: {} })
    else drawCard()
  } catch (trouble) {
    drawn = ""
    say(trouble)
  }
}

function fillBox({ part, shown, done, loaded }) {
  const inside = box.querySelector(".inside")
  const held = inside.contains(document.activeElement) ? document.activeElement.dataset.name : null
  inside.textContent = ""
  const press = (row, text, does, attributes = {}) => button(row, text, does, { "data-name": text, ...attributes })
  if (!shown) {
    make("p", inside, "Ten short questions on the ideas of this course. Ask them before it and again after it; " +
      "everybody answers at their own pace. Nobody is told what is right until you show it.")
  }
  const row = make("div", inside, "", { class: "row" })
  for (const each of ["before", "after"]) {
    press(row, `Ask ${NAMES[each]}`, () => act("open", { part: each }), { "aria-pressed": String(part === each) })
  }
  if (part) press(row, "Close the questions", () => act("open", { part: null }))
  const isReady = done.after && (done.before || loaded)
  if (isReady && !shown) press(row, "Show the gain and the answers", () => act("show"), { class: "main" })
  for (const each of shown ? [] : ["before", "after"]) {
    if (!done[each] && part !== each) continue
    const here = part === each ? ` of ${Math.max(room.news.count, done[each])}` : ""
    make("p", inside, `${NAMES[each]}: ${done[each] ?? 0}${here} have answered all ten`, { class: "count" })
  }
  if (loaded && !shown) make("p", inside, `A file with the answers of ${loaded} before the course is loaded.`)
  if (news.result) result(inside, news)
  const files = make("div", inside, "", { class: "row" })
  for (const each of ["before", "after"]) {
    if (news.saved[each]) press(files, `Save the counts ${NAMES[each]}`, () => save(news.saved[each]))
  }
  opener(files)
  if (!shown) {
    make("p", inside, "A class ends after 12 hours. For a longer course, save the counts before it (no names are in " +
      "the file) and load them in the last class.", { class: "small" })
  }
  if (held) inside.querySelector(`[data-name="${CSS.escape(held)}"]`)?.focus()
}

function save(counts) {
  const file = new Blob([JSON.stringify(counts, null, 2)], { type: "application/json" })
  const link = make("a", null, "", { href: URL.createObjectURL(file), download: `ten-questions-${counts.part}.json` })
  link.click()
  URL.revokeObjectURL(link.href)
}

function opener(row) {
  const label = make("label", row, "Load the counts before the course", { class: "file" })
  const input = make("input", label, "", { type: "file", accept: ".json,application/json" })
  input.onchange = async () => {
    const text = await input.files[0].text()
    act("load", { file: text.slice(0, 3500) })
    input.value = ""
  }
}

function result(parent, { questions, result: found }) {
  const { averages: [before, after], gain, people, matched, shares, others } = found
  make("p", parent, matched
    ? `The ${people[0]} who answered both times:`
    : `${people[0]} people before, from the file, and ${people[1]} after. These may be different people: the result ` +
      "is unmatched.")
  const texts = [before, after].map((share) => percent(share))
  make("p", parent, `right on average: ${texts[0]} before, ${texts[1]} after`, { class: "count" })
  if (gain === null) make("p", parent, "Everything was right before: there is no gain to measure.")
  else {
    const worked = equation([percent(after), percent(before)], (later, earlier) => (later - earlier) / (1 - earlier),
      gain, 2)
    const [later, earlier] = worked.operands
    const words = `(${later} − ${earlier}) / (100% − ${earlier}) ${worked.sign} ${worked.result}`
    make("p", parent, `normalised gain = ${words}`, { class: "count" })
    parent.append(gainChart(gain, others, Math.min(parent.clientWidth, 900)))
    make("p", parent, "The two marks are means of 14 traditional and 48 interactive physics courses on another test " +
      "(Hake 1998): a rough guide, not a mark for this class.", { class: "small" })
  }
  const table = make("table", parent)
  const head = make("tr", table)
  for (const title of ["Question", "Right answer", "Before", "After"]) make("th", head, title, { scope: "col" })
  questions.forEach(({ topic, options }, place) => {
    const line = make("tr", table)
    make("th", line, topic, { scope: "row" })
    make("td", line, options[news.right[place]], { class: "words" })
    for (const each of shares) make("td", line, percent(each[place], 0))
  })
}

// --- a student
let card = null, at = 0, folded = false, part = null, was = {}

// Where the class goes on, or is asked something, the ten lie in nobody's way.
function makeWay({ place, poll, ten }) {
  const isElsewhere = place !== was.place || (poll && poll.id !== was.poll)
  was = { place, poll: poll?.id }
  if (!card || !ten || folded || !isElsewhere) return
  folded = true
  drawCard()
}

function remove() {
  card?.remove()
  card = null
}

function drawCard() {
  const { part: open, shown } = room.news.ten
  if (!open && !shown) return remove()
  if (open !== part) {
    at = 0
    folded = Boolean(room.news.poll)
    part = open
  }
  if (!card) card = newCard("imgcls-ten", "Ten questions")
  const held = card.contains(document.activeElement) ? document.activeElement.dataset.name : null
  card.textContent = ""
  const { questions } = news
  const mine = news.mine[open ?? "after"]
  const head = make("div", card, "", { class: "head" })
  const left = mine.filter((choice) => choice === null).length
  const when = folded ? "" : ` ${NAMES[open]}`
  make("h2", head, shown ? "Ten questions: the answers" : `Ten questions${when}: ${10 - left} answered`)
  card.classList.toggle("folded", folded)
  button(head, folded ? "Unfold" : "Fold", () => { folded = !folded; drawCard() }, { "data-name": "fold" })
  if (!folded) (shown ? review : question)(questions, mine)
  if (held) (card.querySelector(`[data-name="${held}"]`) ?? card.querySelector("[data-name=next]"))?.focus()
}

function question(questions, mine) {
  const { topic, prompt, options } = questions[at]
  make("p", card, `${at + 1} of ${questions.length} · ${topic}`, { class: "topic" })
  make("p", card, prompt, { class: "prompt" })
  const list = make("div", card, "", { class: "options" })
  const line = make("p", null, "", { role: "status" })
  options.forEach((option, choice) => {
    button(list, option, async () => {
      const { part: asked } = room.news.ten, place = at
      try {
        await ask("ten", { do: "answer", question: place, choice })
        if (room.news?.ten?.part !== asked || !card) return
        news.mine[asked][place] = choice
        drawCard()
      } catch ({ message }) {
        line.textContent = `Your answer has not arrived. ${message}`
      }
    }, { "aria-pressed": String(mine[at] === choice), "data-name": `o${choice}` })
  })
  card.append(line)
  if (!mine.includes(null)) line.textContent = "All ten are answered. You can still change them until they are shown."
  const row = make("div", card, "", { class: "row" })
  const turn = (text, name, to) => button(row, text, () => { at = to; drawCard() }, {
    "data-name": name, ...(questions[to] ? {} : { disabled: "" }),
  })
  turn("Back", "back", at - 1)
  turn("Next", "next", at + 1).classList.toggle("main", mine[at] !== null)
}

function review(questions) {
  const list = make("ol", card)
  questions.forEach(({ prompt, options }, place) => {
    const line = make("li", list)
    make("p", line, prompt, { class: "prompt" })
    make("p", line, `✓ ${options[news.right[place]]}`, { class: "right" })
    const said = ["before", "after"].filter((each) => news.mine[each][place] !== null).map((each) =>
      `${each}: ${news.mine[each][place] === news.right[place] ? "right" : `“${options[news.mine[each][place]]}”`}`)
    if (said.length) make("p", line, `You said ${said.join("; ")}`)
  })
}

make("link", document.head, "", { rel: "stylesheet", href: new URL("./ten.css", import.meta.url) })
onChange(drawTen)
drawTen()
