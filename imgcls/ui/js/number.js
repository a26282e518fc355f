// A number edited in place: typed, dragged (right or up is more), or stepped with the arrow keys.
// A field is {input, surface, what, low, high, get(), step(), set(number, final), refuse(reason)} and, where wanted,
// nonzero, whole and pace (pixels of drag a step, 4 otherwise).
import { clamp } from "./geometry.js"
import { written } from "./numbers.js"

const SPELLING = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

function readNumber(text, field) {
  const plain = text.trim().replace("\u2212", "-").replace(",", ".")
  const stays = `${field.what} stays ${written(field.before)}.`
  if (plain === "") return { reason: `Nothing was typed: ${stays}` }
  if (!SPELLING.test(plain)) return { reason: `“${text.trim().slice(0, 12)}” is not a number: ${stays}` }
  const number = Number(plain)
  if (!(number >= field.low && number <= field.high)) {
    const limits = `${written(field.low)} to ${written(field.high)}`
    return { reason: `${text.trim().slice(0, 12)} is outside ${limits}: ${stays}` }
  }
  if (number === 0 && field.nonzero) return { reason: `Nothing can be divided by 0: ${stays}` }
  if (field.whole && !Number.isInteger(number)) return { reason: `${written(number)} is not a whole number: ${stays}` }
  return { number }
}

export function numberField(field) {
  const { input, surface } = field
  let start = null
  const typing = () => input.getRootNode().activeElement === input
  const show = (exact) => {
    const full = String(Number(field.get().toPrecision(7))).replace("-", "\u2212")
    input.value = exact ? full : written(field.get())
    input.title = full
  }
  const mark = (reason) => { input.setAttribute("aria-invalid", String(Boolean(reason))); field.refuse(reason) }
  const move = (number, final) => {
    const inside = clamp(Number(number.toFixed(6)), field.low, field.high)
    if (inside === 0 && field.nonzero) return
    mark("")
    field.set(inside, final)
    show(typing())
  }
  const commit = () => {
    if (!field.typed) return
    field.typed = false
    const { number, reason } = readNumber(input.value, field)
    mark(reason ?? "")
    if (!reason) return move(number, true)
    field.set(field.before, true) // what was good while it was half typed, such as the 1 of 1e9, was not meant
    show(false)
    input.setAttribute("aria-invalid", "false")
  }
  field.show = () => { if (!typing()) show(false) }
  input.oninput = () => {
    if (!field.typed) field.before = field.get()
    field.typed = true
    // Half a number, such as "-" on the way to "-1", is not yet wrong.
    if (/^\s*[+\u2212-]?[.,]?\s*$/.test(input.value)) return mark("")
    const { number, reason } = readNumber(input.value, field)
    mark(reason ?? "")
    if (!reason) field.set(number, false)
  }
  input.onfocus = () => { show(true); input.select() }
  input.onblur = () => { commit(); show(false) }
  input.onkeydown = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return // not the number's: see roving.js
    const up = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key]
    if (up) move(field.get() + up * field.step() * (event.shiftKey ? 10 : 1), false)
    else if (event.key === "Enter") { commit(); show(true); input.select() }
    else if (event.key === "Escape") {
      if (field.typed) move(field.before, true)
      field.typed = false
      mark("")
      input.blur()
    }
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  input.onkeyup = (event) => { if (/^(Arrow(Up|Down)|Page)/.test(event.key)) field.set(field.get(), true) }
  surface.onpointerdown = (event) => {
    if (event.button || typing()) return // inside a field in use, the pointer places the caret
    event.preventDefault()
    start = { x: event.clientX, y: event.clientY, number: field.get(), step: field.step(), moved: false }
    surface.setPointerCapture(event.pointerId)
  }
  surface.onpointermove = (event) => {
    if (!start) return
    const way = event.clientX - start.x - (event.clientY - start.y)
    if (!start.moved && Math.abs(way) < 4) return
    start.moved = true
    surface.classList.add("dragged")
    move(start.number + Math.trunc(way / (field.pace ?? 4)) * start.step * (event.shiftKey ? 10 : 1), false)
  }
  const end = (event) => {
    if (!start) return
    const { moved } = start
    start = null
    surface.classList.remove("dragged")
    if (moved) field.set(field.get(), true)
    else if (event.type === "pointerup") input.focus()
  }
  surface.onpointerup = end
  surface.onpointercancel = end
}
