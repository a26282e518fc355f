// The teacher's stations: any addresses of lessons, in the order of the hour, walked through by PageDown and PageUp.
// They are kept in this browser, and in a file that can be shared. No class is needed.
import { button, dialog, make, refusal } from "./build.js"
import { go, place, same } from "./page.js"

const KEY = "imgcls-stations"
const MOST = 200
const LONGEST = 2000

// What a file or this browser's memory holds: only addresses within the app, with a name each.
export function read(text) {
  const given = JSON.parse(text)
  if (!Array.isArray(given) || given.length > MOST) throw new Error("This is no list of stations.")
  return given.map(({ title, place }) => {
    const fine = typeof title === "string" && typeof place === "string" && place.length <= LONGEST
    if (!fine || !/^[\w-]*(\?[^\\]*)?$/.test(place)) throw new Error("This is no list of stations.")
    return { title: title.slice(0, 120), place }
  })
}

function kept() {
  try {
    return read(localStorage.getItem(KEY) ?? "[]")
  } catch {
    return []
  }
}

const keep = (stations) => localStorage.setItem(KEY, JSON.stringify(stations))

// What is seen: the lesson's question, and the part that is chosen.
function titleOfPage() {
  const chosen = "[data-testid=stMain] [data-testid=stButtonGroup] [aria-checked=true]"
  const part = document.querySelector(chosen)?.textContent
  return [document.querySelector("h1")?.textContent ?? "", part].filter(Boolean).join(" · ")
}

const add = () => keep([...kept(), { title: titleOfPage(), place: place() }])

export function addAndOpen() {
  add()
  openStations()
}

// The station after (or before) the one that the page is at; from elsewhere, the one last been at.
let last = -1
export function step(by) {
  const stations = kept()
  const here = stations.findIndex((each) => same(each.place, place()))
  const to = Math.min(Math.max((here >= 0 ? here : last) + by, 0), stations.length - 1)
  if (!stations.length) return false
  last = to
  go(stations[to].place)
  return true
}

export function openStations() {
  const box = dialog("Stations of the hour")
  make("p", box, "Collect what you want to show, in its order: each station is a page with all that is set on it. " +
    "PageDown and PageUp walk through them, and so does a clicker. They stay in this browser.")
  const list = make("ol", box, "", { class: "stations" })
  const none = make("p", box, "None yet.")
  const fill = () => {
    const stations = kept()
    list.textContent = ""
    stations.forEach((station, index) => {
      const line = make("li", list)
      button(line, station.title || "Home", () => { box.close(); last = index; go(station.place) }, { class: "title" })
      const change = (text, label, changed) =>
        button(line, text, () => { keep(changed(kept())); fill() }, { "aria-label": `${label}: ${station.title}` })
      const without = (all) => all.filter((_, place) => place !== index)
      if (index) change("↑", "Earlier", (all) => without(all).toSpliced(index - 1, 0, all[index]))
      change("×", "Remove", without)
    })
    none.hidden = Boolean(stations.length)
    list.hidden = !stations.length
  }
  fill()
  const row = make("div", box, "", { class: "row" })
  button(row, "Add this page (Shift+S)", () => { add(); fill() }).className = "main"
  button(row, "Save as a file", () => {
    const file = new Blob([JSON.stringify(kept(), null, 2)], { type: "application/json" })
    const link = make("a", null, "", { href: URL.createObjectURL(file), download: "stations.json" })
    link.click()
    URL.revokeObjectURL(link.href)
  })
  const label = make("label", row, "Open a file", { class: "file" })
  const input = make("input", label, "", { type: "file", accept: ".json,application/json" })
  const say = refusal(box)
  input.onchange = async () => {
    try {
      keep(read(await input.files[0].text()))
      say({ message: "" })
      fill()
    } catch {
      say({ message: "This file is no list of stations. Nothing was changed." })
    }
  }
}
