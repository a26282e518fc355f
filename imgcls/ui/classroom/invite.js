// How one comes into a class, and how a teacher invites one.
import { button, dialog, field, make, refusal } from "./build.js"
import { gone, lead, listen } from "./follow.js"
import { go, home, place } from "./page.js"
import { isTeacher, remember, room } from "./room.js"
import { ask, qr } from "./server.js"

const HALL = "imgcls-hall" // the address that students open: this machine's in the hall, or what the teacher typed
const isThisMachine = /^(localhost|127\.|\[::1\])/.test(home.hostname)

export function openDoor() {
  if (isTeacher()) return openTeacher()
  const box = dialog("Class")
  const form = make("form", box)
  const code = field(form, "The code on the teacher's screen", { maxlength: "9", autocapitalize: "characters" })
  make("button", form, "Join", { class: "main" })
  form.onsubmit = (event) => {
    event.preventDefault()
    join(code.value).then(() => box.close(), refusal(box))
  }
  make("p", box, "Nobody asks for your name: you get one at random. Your photo stays yours. The class goes where the " +
    "teacher goes; you can look around on your own and come back with one key.")
  const begin = () => ask("begin", { place: place() }).then(entered).then(() => openTeacher(), refusal(box))
  button(box, "Start a class as its teacher", begin)
  code.focus()
}

export async function join(code) {
  const answer = await ask("join", { code })
  room.alone = false
  await entered(answer)
}

export async function entered(answer) {
  if (answer.hall && isThisMachine) localStorage.setItem(HALL, answer.hall)
  room.news = null
  remember(true)
  listen()
  while (!room.news) await new Promise((ready) => setTimeout(ready, 50))
}

export const inviting = () => localStorage.getItem(HALL) || home.href

// What the QR code holds.
export function invitation() {
  const text = new URL(inviting())
  text.searchParams.set("class", room.news.code)
  return text.href
}

export function openTeacher() {
  const { code } = room.news
  const box = dialog("Invite the class")
  const columns = make("div", box, "", { class: "columns" })
  const picture = make("img", columns, "", { class: "qr" })
  const side = make("div", columns)
  make("p", side, "Scan, or open", { class: "small" })
  const shown = make("p", side, "", { class: "address" })
  make("p", side, "and join the class", { class: "small" })
  make("p", side, code, { class: "code", "aria-label": [...code].join(" ") })
  const show = (address) => {
    const text = new URL(address)
    text.searchParams.set("class", code)
    picture.src = qr(text.href)
    picture.alt = `QR code of ${text.href}`
    shown.textContent = address.replace(/^https?:\/\//, "").replace(/\/$/, "")
  }
  show(inviting())
  const more = make("details", box)
  make("summary", more, "Another address, a second device, the end")
  const typed = field(more, "The address that students open", { value: inviting(), type: "url" })
  const change = refusal(more)
  typed.onchange = () => {
    try {
      show(new URL(typed.value).href)
      localStorage.setItem(HALL, typed.value)
      change({ message: "" })
    } catch { change({ message: "This is no address. It begins with http:// or https://." }) }
  }
  button(more, "Use this phone too: a QR that makes it the teacher's", async () => {
    const { key } = await ask("hand")
    const text = new URL(inviting())
    text.searchParams.set("teach", key)
    picture.src = qr(text.href)
    picture.alt = "QR code that makes one more device the teacher's, once, for five minutes"
    shown.textContent = "for the teacher's second device only"
  })
  others(more)
  const end = button(more, "End the class for everyone", () => {
    if (end.dataset.sure) return ask("end").then(() => { box.close(); gone("") })
    end.dataset.sure = "1"
    end.textContent = "Really end it? Nothing of it is kept"
  })
}

// Who is somewhere else: a press takes the teacher, and so the class, to the same picture, without anybody's photo.
function others(box) {
  const { alone } = room.news
  if (!alone?.length) return
  make("p", box, "On their own. Show everybody what one of them has set (not their photo):")
  const list = make("div", box, "", { class: "others" })
  for (const each of alone.slice(0, 40)) {
    const lesson = each.place.split("?")[0] || "home"
    button(list, `${each.name}: ${lesson}`, () => { box.closest("dialog").close(); go(each.place); lead() })
  }
}

