// A race: the validation accuracy of everybody's best run over the seconds of training.
import { fixed, percent } from "../js/numbers.js"
import { button, dialog, make, refusal } from "./build.js"
import { go, page, place } from "./page.js"
import { NAMED, chart, key } from "./race_chart.js"
import { isTeacher, room } from "./room.js"
import { ask, read } from "./server.js"

const LENGTHS = [30, 60, 120]
const EVERY = { teacher: 1500, student: 4000 } // ms between two looks, while the panel is open
let box = null, drawn = null, looking = 0, say = () => {}

export function openRace() {
  const opened = box = dialog("The race")
  drawn = null
  box.classList.add("race")
  box.addEventListener("close", () => { if (box === opened) leave() })
  make("div", box, "", { class: "head" })
  make("div", box, "", { class: "runs" })
  say = refusal(box)
  drawRace()
}

function leave() {
  box = drawn = null
  clearTimeout(looking)
}

// After every change of the class.
export function drawRace() {
  if (!box) return
  if (!box.isConnected) return leave() // another panel took its place
  if (!room.news) return box.close()
  const { race } = room.news
  const isNew = drawn !== race
  const part = box.querySelector(".head")
  if (isNew || part.dataset.on !== page(place())) head(part, race)
  if (!isNew) return
  drawn = race
  box.querySelector(".runs").textContent = ""
  clearTimeout(looking)
  if (drawn) look()
}

const act = (action, question) => ask(action, question).then(() => say({ message: "" }), say)

function head(part, seconds) {
  part.textContent = ""
  part.dataset.on = page(place())
  if (seconds) {
    make("p", part, isTeacher()
      ? `Each run lasts up to ${seconds} seconds. The class trains on the page Train; everybody's best run counts.`
      : `Each run lasts up to ${seconds} seconds. Choose your settings on the page Train, then press Train. ` +
        "Your best run counts.")
    if (isTeacher()) button(part, "End the race", () => act("end-race"))
    else if (page(place()) !== "train") {
      // With the settings that the class has there, if it is there.
      const led = room.news.place
      const to = page(led) === "train" ? led : "train"
      const leaveFor = () => {
        box.close()
        room.touched = true // if the class is elsewhere, they go there on their own
        go(to)
      }
      button(part, "To the page Train", leaveFor, { class: "main" })
    }
  } else if (isTeacher()) {
    make("p", part, "Everybody trains a network of their own on the page Train, and all the curves are drawn here. " +
      "How long may each run take?")
    for (const length of LENGTHS) button(part, `${length} seconds`, () => act("race", { seconds: length }))
  } else make("p", part, "The race is over.")
}

async function look() {
  const asked = box
  try {
    const news = await read("race")
    if (box !== asked || news.seconds !== drawn) return
    fill(news)
    say({ message: "" })
  } catch (trouble) {
    if (box === asked) say(trouble)
  }
  if (box === asked && drawn) looking = setTimeout(look, EVERY[isTeacher() ? "teacher" : "student"])
}

function fill({ seconds, runs }) {
  const part = box.querySelector(".runs")
  const held = part.contains(document.activeElement) ? document.activeElement.dataset.run : null
  const width = part.clientWidth
  part.textContent = ""
  if (!runs.length) return make("p", part, "Nobody has started a run yet.")
  const letters = parseFloat(getComputedStyle(document.documentElement).fontSize)
  part.append(chart(runs, seconds, width, letters / 16))
  const list = make("ol", part, "", { class: "names" })
  for (const [rank, run] of runs.entries()) {
    const line = make("li", list, "", run.mine ? { class: "mine" } : {})
    if (run.points.length && rank < NAMED) line.append(key(rank))
    make("span", line, run.mine ? `${run.name} (you)` : run.name, { class: "name" })
    make("span", line, run.best === null ? "–" : percent(run.best))
    make("span", line, standing(run))
    if (!isTeacher() || run.best === null) continue
    button(line, "Look inside", () => { box.close(); go(`network?net_model=run-${run.run}`) }, {
      "aria-label": `Look inside the network of ${run.name}`, "data-run": run.run,
    })
  }
  if (held) part.querySelector(`[data-run="${CSS.escape(held)}"]`)?.focus()
}

function standing({ state, place, points }) {
  if (state === "waits") return place ? `waiting, number ${place} in the queue` : "waiting"
  if (state === "over") return points.length ? "" : "stopped before the end of its first epoch"
  return points.length ? `training, ${fixed(points.at(-1)[0], 0)} s` : "training, no epoch finished yet"
}
