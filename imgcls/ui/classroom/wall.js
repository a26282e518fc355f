// The wall: photos that students show, what the network says of them, and how networks do on this test set.
import { percent, whole } from "../js/numbers.js"
import { button, dialog, field, make, refusal } from "./build.js"
import { home } from "./page.js"
import { shownPhoto } from "./photo.js"
import { presents } from "./present.js"
import { isTeacher, room } from "./room.js"
import { ask, read } from "./server.js"

const BREEDS = "imgcls-breeds" // the list that a breed is chosen from
let box = null, drawn = null, sent = false, say = () => {}
const pictures = new Map() // by photo: what was fetched once stays while the dialog is open

const act = (action, question) => ask(action, question).then(() => say({ message: "" }), say)

export function openWall() {
  const opened = box = dialog("The wall")
  drawn = null
  box.classList.add("wall")
  box.addEventListener("close", () => { if (box === opened) leave() })
  const head = make("div", box, "", { class: "head" })
  make("div", box, "", { class: "waiting" })
  const columns = make("div", box, "", { class: "shown" })
  make("div", columns, "", { class: "tiles" })
  make("div", columns, "", { class: "scores" })
  say = refusal(box)
  drawHead(head)
  drawWall()
}

function leave() {
  box = drawn = null
  pictures.clear()
}

// After every change of the class; the photos are asked for when something of them has changed.
export function drawWall() {
  if (!box) return
  if (!box.isConnected) return leave() // another panel took its place
  if (!room.news) return box.close()
  const { open, mark } = room.news.wall
  const shown = JSON.stringify([open, mark])
  if (shown === drawn) return
  drawn = shown
  if (isTeacher()) drawHead(box.querySelector(".head"))
  else box.querySelector(".head").classList.toggle("closed", !open)
  read("wall").then((news) => { if (box && shown === drawn) fill(news) }, (trouble) => {
    drawn = null // the next change asks again
    say(trouble)
  })
}

function drawHead(head) {
  head.textContent = ""
  if (isTeacher()) {
    const { open } = room.news.wall
    make("p", head, open
      ? "The wall is open: students can show you the photo on their page. You decide which ones the class sees."
      : "The wall is closed. Open it, and students can show you the photo on their page. You decide which ones the " +
        "class sees.")
    button(head, open ? "Close the wall" : "Open the wall", () => act("wall", { open: !open })).className =
      open ? "" : "main"
  } else offer(head)
}

// What a student can show: the photo of their page, small, and the breed that they say it is.
function offer(head) {
  sent = false
  const form = make("form", head, "", { class: "show" })
  const preview = make("img", form, "", { alt: "The photo on your page" })
  const side = make("div", form)
  make("p", side, "Show the class the photo on your page? Your teacher looks at it first, and you can take it back " +
    "at any time. It is a small copy, so the network may give slightly different probabilities.")
  const breed = field(side, "Its breed, if you know it", { list: BREEDS, maxlength: "60" })
  const send = make("button", side, "Show my photo", { class: "main" })
  suggestBreeds(form)
  let picture = null
  shownPhoto().then((found) => {
    picture = found
    preview.src = `data:image/jpeg;base64,${found}`
  }, (trouble) => { send.disabled = true; preview.remove(); say(trouble) })
  form.onsubmit = async (event) => {
    event.preventDefault()
    if (!picture) return
    send.disabled = true
    try {
      await ask("show", { picture, said: breed.value.trim() })
      sent = true
      form.replaceChildren()
      make("p", form, "Your teacher has your photo now.", { role: "status" })
      say({ message: "" })
    } catch (trouble) {
      send.disabled = false
      say(trouble)
    }
  }
}

function suggestBreeds(form) {
  const list = make("datalist", form, "", { id: BREEDS })
  read("breeds").then((names) => { for (const name of names) make("option", list, "", { value: name }) }, () => {})
}

function fill(news) {
  const { photos } = news
  const waiting = photos.filter((photo) => !photo.in)
  const shown = photos.filter((photo) => photo.in)
  const [queue, tiles, scores] = [".waiting", ".shown > .tiles", ".scores"].map((name) => box.querySelector(name))
  const isAnswered = sent && !waiting.some(({ mine }) => mine)
  const wasHeld = [queue, tiles].some((part) => part.contains(document.activeElement))
  const isUnfolded = queue.querySelector("details")?.open ?? !presents()
  for (const part of [queue, tiles, scores]) part.textContent = ""
  if (waiting.length) {
    const place = isTeacher() ? unseen(queue, waiting.length, isUnfolded) : queue
    if (!isTeacher()) make("h3", queue, "Waiting for your teacher")
    const row = make("div", place, "", { class: "tiles" })
    for (const photo of waiting) tile(row, photo, news)
  }
  for (const photo of shown) tile(tiles, photo, news)
  if (!shown.length && (room.news.wall.open || isTeacher())) make("p", tiles, "No photo is on the wall yet.")
  if (news.known) testSet(scores, news)
  if (isAnswered) drawHead(box.querySelector(".head")) // they may show another
  if (wasHeld) box.querySelector(".tile button, .head button")?.focus()
}

// What nobody has looked at yet is folded away while the hall looks at this screen.
function unseen(queue, count, isUnfolded) {
  const fold = make("details", queue)
  make("summary", fold, `Waiting for you: ${count}`)
  fold.open = isUnfolded
  return fold
}

// Marked by a sign and words, in one colour: whether it is right is nobody's fault.
function verdict({ said, right, note, chance }) {
  if (!said) return "Its breed was not filled in."
  if (right === null) return `The student says: ${said}. ${note || "The network has no such class."}`
  if (right) return "✓ The student agrees."
  return `≠ The student says: ${said}. The network gives it ${percent(chance)}.`
}

function tile(parent, photo, { hardest = [], known }) {
  const card = make("figure", parent, "", { class: "tile" })
  if (!pictures.has(photo.id)) {
    const source = new URL(`imgcls/class/wall/${photo.id}`, home)
    pictures.set(photo.id, make("img", null, "", { src: source, alt: `Photo of ${photo.name}` }))
  }
  card.append(pictures.get(photo.id))
  const words = make("figcaption", card)
  make("strong", words, `${photo.label}, ${percent(photo.probability)}`)
  make("span", words, verdict(photo))
  const isHardest = known > 1 && hardest[0] === photo.id && photo.right === false
  if (isHardest) make("span", words, "the hardest", { class: "tag" })
  if (isTeacher()) {
    const row = make("div", words, "", { class: "row" })
    const press = (text, action) => button(row, text, () => act(action, { photo: photo.id }), {
      "aria-label": `${text} the photo of ${photo.name}`,
    })
    if (!photo.in) press("Let in", "let-in").className = "main"
    press(photo.in ? "Take down" : "Refuse", "take-back")
  } else if (photo.mine) {
    button(words, "Take it back", () => act("take-back", { photo: photo.id }))
  }
}

// The class's own test set.
function testSet(scores, { networks, confusions, enough }) {
  make("h3", scores, "Your own test set")
  const table = make("table", scores)
  const head = make("tr", table)
  for (const title of ["Network", "Dogs it can name", "Correct"]) make("th", head, title, { scope: "col" })
  for (const { title, dogs, right, of, share } of networks) {
    const row = make("tr", table)
    make("th", row, title, { scope: "row" })
    make("td", row, dogs === 1 ? "just “dog”" : whole(dogs))
    make("td", row, of ? `${right} of ${of}: ${percent(share)}` : "none of these")
  }
  if (enough) {
    make("p", scores, "You can learn from these photos: on the pages Dog-breed dataset and Train choose “Photos of " +
      "this class”.")
  }
  if (confusions.length) {
    make("h3", scores, `What ${networks[0].title} confuses`)
    const list = make("ul", scores)
    for (const [said, label, count] of confusions) {
      make("li", list, `${said} is taken for ${label}${count > 1 ? `, ${count} times` : ""}`)
    }
  }
}
