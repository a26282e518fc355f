// Cards to be put in order: dragged, or moved with the arrow keys or their buttons.
import { make } from "../../js/text.js"
import { arrive } from "./arrive.js"

export function draw({ box, about, value, change, truth, moves, says }) {
  make("p", "legend", box).textContent = `↑ ${about.first}`
  const list = make("ol", "cards", box)
  make("p", "legend", box).textContent = `↓ ${about.last}`
  if (truth !== undefined) {
    const items = truth.order.map((card, place) => {
      const item = make("li", "card truth", list)
      make("span", "", item).textContent = about.cards[card]
      make("b", "", item).textContent = truth.texts[card]
      if (value) {
        const mine = value.indexOf(card)
        make("small", mine === place ? "same" : "", item).textContent =
          mine === place ? "yours is here, too" : `you: place ${mine + 1}`
      }
      return item
    })
    arrive(list, moves, (share) => truth.order.forEach((card, place) => {
      const away = items[value?.indexOf(card) ?? place].offsetTop - items[place].offsetTop
      items[place].style.transform = share < 1 ? `translateY(${away * (1 - share)}px)` : ""
    }))
    return
  }
  let order = value ?? about.cards.map((_, i) => i)
  const items = about.cards.map((text, card) => {
    const item = make("li", "card", list)
    item.tabIndex = 0
    make("span", "", item).textContent = text
    for (const [sign, step, name] of [["▲", -1, "up"], ["▼", 1, "down"]]) {
      const button = make("button", "", item)
      Object.assign(button, { type: "button", textContent: sign, tabIndex: -1, onclick: () => shift(card, step) })
      button.setAttribute("aria-label", `${text}: ${name}`)
    }
    item.onkeydown = (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
      if (!step) return
      event.preventDefault()
      shift(card, step)
      item.focus()
    }
    item.onpointerdown = (event) => {
      if (event.button || event.target.closest("button")) return
      item.setPointerCapture(event.pointerId)
      item.classList.add("held")
    }
    item.onpointermove = (event) => {
      if (!item.classList.contains("held")) return
      const middles = order.map((each) => items[each].getBoundingClientRect()).map((b) => b.top + b.height / 2)
      const at = order.indexOf(card)
      if (at > 0 && event.clientY < middles[at - 1]) shift(card, -1)
      else if (at < order.length - 1 && event.clientY > middles[at + 1]) shift(card, 1)
    }
    item.onpointerup = item.onpointercancel = () => item.classList.remove("held")
    return item
  })
  const show = () => order.forEach((card, place) => {
    items[card].style.order = place
    const where = `place ${place + 1} of ${order.length}`
    items[card].setAttribute("aria-label", `${about.cards[card]}, ${where}: arrow keys move it`)
  })
  function shift(card, step) {
    const at = order.indexOf(card), to = at + step
    if (to < 0 || to >= order.length) return
    order = [...order]
    order.splice(at, 1)
    order.splice(to, 0, card)
    show()
    says(`${about.cards[card]}: place ${to + 1} of ${order.length}`)
    change([...order])
  }
  show()
  change([...order])
}
