// Sheets of numbered cells and the line of memory below them; pointing at a number lights it up in both.
import { instance } from "../../js/elements.js"
import { make } from "../../js/text.js"

function cell([number, text, colour], parent) {
  const made = make("b", colour, parent)
  made.textContent = text
  made.dataset.number = number
}

function sheet({ title, rows }, parent) {
  const figure = make("figure", "", parent)
  make("figcaption", "", figure).textContent = title
  const grid = make("div", "sheet", figure)
  grid.style.gridTemplateColumns = `repeat(${rows[0].length}, auto)`
  for (const pixel of rows.flat()) {
    const place = make("span", "", grid)
    for (const one of pixel) cell(one, place)
  }
}

function build(box) {
  const light = (number) => {
    for (const each of box.querySelectorAll("[data-number]")) {
      each.classList.toggle("lit", each.dataset.number === number)
    }
  }
  box.onpointerover = (event) => light(event.target.closest("[data-number]")?.dataset.number)
  box.onpointerleave = () => light()
  return { text: "" }
}

export default function ({ parentElement, data }) {
  const box = parentElement.querySelector(".dealt"), own = instance(box, () => build(box))
  const text = JSON.stringify(data)
  if (own.text === text) return
  own.text = text
  box.setAttribute("role", "img")
  box.setAttribute("aria-label", data.alt)
  const sheets = make("div", "sheets"), line = make("div", "line")
  for (const each of data.sheets) sheet(each, sheets)
  for (const one of data.memory) cell(one, line)
  const title = make("p", "")
  title.textContent = "memory"
  box.replaceChildren(sheets, title, line)
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}
