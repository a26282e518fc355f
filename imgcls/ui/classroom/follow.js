// Moving: the class goes where the teacher goes; a student who goes elsewhere is on their own, and comes back.
import { go, home, onMove, page, place, same } from "./page.js"
import { changed, isTeacher, remember, room } from "./room.js"
import { ask } from "./server.js"

const ECHO = 3000 // ms in which a teacher's device hears of its own moves
let stream = null, told = "", settling = 0
const own = new Set()

export function listen() {
  stream?.close()
  stream = new EventSource(new URL("imgcls/class/events", home))
  stream.onmessage = ({ data }) => hear(JSON.parse(data))
}

function hear(news) {
  const before = room.news
  if (news.ended) return gone(before && !before.teacher ? "The class has ended." : "")
  room.news = news
  // After a reload the teacher's screen shows what it shows: the class follows it, not the other way round.
  const isNewPlace = news.place !== before?.place
  if (!news.teacher && !room.alone && isNewPlace && !inRace(news)) follow(news.place)
  if (news.teacher && !before) lead()
  changed()
  // A second device has moved. What this one has told itself may be over already.
  const isNew = news.teacher && before && news.place !== before.place && !own.has(news.place)
  if (isNew && !same(news.place, place()) && !plans()) go(news.place)
}

export function gone(words) {
  stream?.close()
  stream = null
  Object.assign(room, { news: null, alone: false, farewell: words })
  remember(false)
  changed()
}

// In a race everybody has settings and a run of their own on the page that the class is at.
const inRace = ({ race, place: led }) => race && page(led) === "train" && page(place()) === "train"

function follow(to) {
  room.touched = false
  comeTo(to)
}

// A page whose picture is on its way to an answer arrives by itself (see frame/predict/view.js).
function comeTo(to) {
  const { moves } = document.querySelector("[data-moves]")?.dataset ?? {}
  if (!moves || new URLSearchParams(to.split("?")[1]).get("ask") !== moves) return go(to)
  setTimeout(() => { if (room.news?.place === to && !room.alone) comeTo(to) }, 200)
}

onMove(() => {
  if (!room.news) return
  clearTimeout(settling) // a page writes its settings in several steps
  settling = setTimeout(isTeacher() ? lead : stand, isTeacher() ? 120 : 600)
})

// Whoever reads the lesson plan leads nobody there.
const plans = () => page(place()) === "teach"

export function lead() {
  const here = place()
  if (plans() || same(here, room.news?.place ?? here) || here === told) return
  told = here
  own.add(here)
  setTimeout(() => own.delete(here), ECHO)
  ask("lead", { place: here }).catch(() => { told = "" })
}

function stand() {
  if (!room.news || isTeacher()) return
  const away = !same(place(), room.news.place) && !inRace(room.news)
  // A page that is led somewhere may write its own address a little differently: only a hand leaves the path.
  if (away && room.touched) room.alone = true
  else if (!away) room.alone = false
  ask("stand", { place: place(), alone: room.alone }).catch(() => {})
  changed()
}

for (const kind of ["pointerdown", "keydown"]) {
  addEventListener(kind, ({ target, isTrusted }) => {
    if (isTrusted && !target.closest?.("[id^=imgcls-]")) room.touched = true
  }, true)
}

export function back() {
  room.alone = false
  follow(room.news.place)
  ask("stand", { place: room.news.place, alone: false }).catch(() => {})
  changed()
}
