import { enable, instance } from "../../js/elements.js"
import { roving } from "../../js/roving.js"
import { Sender } from "../../js/sender.js"
import { make } from "../../js/text.js"

function card(list, about) {
  const item = make("li", "card", list)
  const grip = make("span", "grip", item)
  grip.textContent = "⠿"
  grip.setAttribute("aria-hidden", "true")
  make("span", "rank", item)
  make("span", "title", item).textContent = about.title
  const parts = make("span", "parts", item)
  about.shares.forEach((share, i) => {
    const part = make("span", "part", parts)
    make("b", "", part).textContent = about.texts[i]
    make("i", "", make("span", "track", part)).style.width = 100 * share + "%"
  })
  const price = make("span", "price", item)
  make("b", "", price)
  make("i", "", make("span", "track", price))
  const moves = make("span", "moves", item)
  for (const [text, way] of [["▲", "up"], ["▼", "down"]]) {
    const button = make("button", way, moves)
    button.type = "button"
    button.textContent = text
    button.setAttribute("aria-label", `Move ${about.title} ${way}`)
  }
  return item
}

const order = (own) => [...own.list.children].map((item) => own.items.indexOf(item))

// What depends on where a card stands: its number, its buttons, and whether it is where it belongs.
function number(own) {
  const items = [...own.list.children]
  items.forEach((item, place) => {
    const { verdict, belongs } = own.component.data.cards[own.items.indexOf(item)]
    item.querySelector(".rank").textContent = place + 1
    enable(item.querySelector(".up"), place > 0)
    enable(item.querySelector(".down"), place < items.length - 1)
    item.classList.toggle("checked", belongs !== null)
    item.classList.toggle("placed", belongs === place)
    const mark = belongs === place ? "✓" : `→ ${belongs + 1}.`
    item.querySelector(".price b").textContent = belongs === null ? "" : `${mark} ${verdict}`
  })
}

function settle(own) {
  number(own)
  roving(own.list, "button")
  own.sender.send(own.component, "value", { order: order(own), final: true })
}

function show(own) {
  const { cards } = own.component.data
  own.items.forEach((item, i) => {
    const { verdict, length, marked, title, texts } = cards[i]
    item.querySelector(".price i").style.width = 100 * length + "%"
    item.querySelectorAll(".part").forEach((part, p) => part.classList.toggle("marked", p === marked))
    const said = texts.map((text, p) => `${own.component.data.parts[p]} ${text}`)
    item.setAttribute("aria-label", [title, ...said, verdict].filter(Boolean).join(", "))
  })
  number(own)
}

function draggable(own, item) {
  let start = null
  item.onpointerdown = (event) => {
    if (event.button || event.target.closest("button")) return
    if (event.pointerType !== "mouse" && !event.target.closest(".grip")) return // a finger elsewhere scrolls the page
    event.preventDefault()
    start = { y: event.clientY, before: order(own).join() }
    item.setPointerCapture(event.pointerId)
    item.classList.add("dragged")
  }
  item.onpointermove = (event) => {
    if (!start) return
    for (const [other, way] of [[item.previousElementSibling, -1], [item.nextElementSibling, 1]]) {
      if (!other) continue
      const moved = event.clientY - start.y, step = other.offsetHeight + 6
      if (moved * way > step / 2) {
        way < 0 ? item.after(other) : item.before(other) // the other one moves: the dragged one must keep the pointer
        start.y += way * step
        number(own)
      }
    }
    item.style.transform = `translateY(${event.clientY - start.y}px)`
  }
  const end = () => {
    if (!start) return
    const changed = start.before !== order(own).join()
    start = null
    item.style.transform = ""
    item.classList.remove("dragged")
    if (changed) settle(own)
  }
  item.onpointerup = end
  item.onpointercancel = end
  const [up, down] = item.querySelectorAll("button")
  const moved = () => {
    settle(own)
    const [title, rank] = [".title", ".rank"].map((part) => item.querySelector(part).textContent)
    own.spoken.textContent = `${title}: now number ${rank}.`
  }
  up.onclick = () => { const other = item.previousElementSibling; if (other) { item.after(other); moved() } }
  down.onclick = () => { const other = item.nextElementSibling; if (other) { item.before(other); moved() } }
}

export default function (component) {
  const { data } = component
  const box = component.parentElement.querySelector(".ranking")
  const list = box.querySelector("ol")
  const own = instance(box, () => ({ list, spoken: box.querySelector(".spoken"), sender: new Sender() }))
  own.component = component
  own.sender.acknowledge(data.ack)
  list.setAttribute("aria-label", data.alt)
  box.querySelector("p").textContent = `▼ ${data.last}`
  const shape = JSON.stringify([data.parts, data.cards.map(({ title, shares }) => [title, shares])])
  if (own.shape !== shape) {
    own.shape = shape
    list.replaceChildren()
    const head = box.querySelector(".head")
    head.replaceChildren()
    make("span", "first", head).textContent = `▲ ${data.first}`
    const parts = make("span", "parts", head)
    data.parts.forEach((name) => { make("span", "", parts).textContent = name })
    own.items = data.cards.map((about) => card(list, about))
    own.items.forEach((item) => draggable(own, item))
  }
  if (!own.sender.busy && !list.querySelector(".dragged") && order(own).join() !== data.order.join()) {
    list.replaceChildren(...data.order.map((i) => own.items[i]))
  }
  show(own)
  roving(list, "button")
}
