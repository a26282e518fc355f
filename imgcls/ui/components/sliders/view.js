// A row's number has been changed by hand.
import { enable, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { Hand } from "../../js/hand.js"
import { written } from "../../js/numbers.js"
import { roving } from "../../js/roving.js"
import { write } from "../../js/text.js"
import { build } from "./build.js"

export function set(own, index, number, final) {
  own.active = index
  own.numbers[index] = clamp(number, own.data.low, own.data.high)
  changed(own, final)
}

// What the rows of the stage's table are to be.
function told({ numbers, active, picked, data: { sets } }) {
  const rows = { [sets]: numbers, [`${sets}:active`]: active }
  return { numbers: picked === null ? rows : { ...rows, [`${sets}_true`]: picked } }
}

// Shown at once; while the hand holds on, what follows is asked for directly, and Streamlit hears of the end.
export function changed(own, final) {
  own.dragging = !final
  draw(own)
  own.hand.tell(own.component, own.data.ask, told(own), final)
}

export function light(own, index) {
  const { parts, data } = own
  own.lit = index
  parts.rows.forEach(({ row }, i) => row.classList.toggle("lit", i === index))
  parts.parts.segments.forEach((segment, i) => segment.classList.toggle("lit", i === index))
  const unnamed = index === null || index === undefined || data.details.length
  const named = unnamed ? "" : `${data.names[index]}${data.stack ? `: ${data.stack.texts[index]}` : ""}`
  write(parts.detail, own.refusal || (data.details[index ?? own.active] ?? named))
  parts.detail.classList.toggle("refusal", Boolean(own.refusal))
  parts.detail.hidden = !data.details.length && !own.refusal && !data.stack
}

function drawCell({ cell, title, value, track, bar }, column, row) {
  const length = column.lengths[row] ?? 0, share = Math.min(Math.abs(length), 1)
  write(title, column.title)
  write(value, column.texts[row])
  cell.classList.toggle("broken", /^(inf|nan|\u2212inf)$/.test(column.texts[row]))
  track.hidden = !column.lengths.length
  track.classList.toggle("signed", column.signed)
  bar.style.width = share * (column.signed ? 50 : 100) + "%"
  bar.style.left = column.signed ? (length < 0 ? 50 - share * 50 : 50) + "%" : 0
  bar.style.background = `var(--q-${column.quantity}${length < 0 ? "-negative" : ""})`
}

function drawSlider(own, { input, field }, i) {
  const { data } = own, name = data.names[i], number = own.numbers[i]
  const along = (z) => (100 * (clamp(z, data.low, data.high) - data.low)) / (data.high - data.low) + "%"
  Object.assign(input, { min: data.low, max: data.high, step: 0.1, value: number })
  input.style.setProperty("--zero", parseFloat(along(0)) / 100)
  input.style.setProperty("--from", along(Math.min(0, number)))
  input.style.setProperty("--to", along(Math.max(0, number)))
  input.setAttribute("aria-label", `${data.title} of ${name}`)
  input.setAttribute("aria-valuetext", [written(number), ...data.columns.map((column) => column.texts[i])].join(", "))
  field.input.setAttribute("aria-label", `${data.title} of ${name}, as a number`)
  field.show()
}

function draw(own) {
  const { data, parts } = own
  const title = data.numbers.length ? [data.title] : []
  const titles = [data.head, ...title, ...data.columns.map((column) => column.title)]
  parts.titles.forEach((title, i) => write(title, titles[i]))
  parts.rows.forEach((row, i) => {
    row.text.title = data.names[i]
    row.text.textContent = (!row.radio && i === data.picked ? "✓ " : "") + data.names[i]
    if (row.radio) {
      row.radio.checked = i === own.picked
      row.radio.setAttribute("aria-label", `${data.names[i]} is the true class`)
    }
    row.cells.forEach((cell, c) => drawCell(cell, data.columns[c], i))
    if (row.input) drawSlider(own, row, i)
  })
  data.columns.forEach((column, c) => write(parts.totals[c], column.total))
  parts.foot.hidden = !(parts.tools.children.length || data.columns.some((column) => column.total))
  parts.stack.hidden = !data.stack
  if (data.stack) {
    write(parts.parts.title, data.stack.title)
    write(parts.parts.total, data.stack.total)
    parts.parts.segments.forEach((segment, i) => {
      segment.style.flexGrow = data.stack.shares[i]
      segment.title = data.names[i]
      segment.setAttribute("role", "img")
      segment.setAttribute("aria-label", `${data.names[i]}: ${data.stack.texts[i]}`)
      write(segment, data.stack.shares[i] > 0.09 ? data.stack.texts[i] : "")
    })
  }
  write(parts.note, data.note)
  parts.note.hidden = !data.note
  light(own, own.lit)
}

// A column of bare numbers needs less room than one with bars.
function arrange(own, box) {
  const { names, numbers, columns } = own.data
  const share = (column) => (column.lengths.length ? 1.15 : column.texts.some((text) => text.length > 9) ? 1.5 : 0.75)
  box.style.setProperty("--cells", columns.map((column) => `minmax(0, ${share(column)}fr)`).join(" "))
  box.classList.toggle("some", names.length > 4)
  box.classList.toggle("many", names.length > 6)
  box.classList.toggle("few", columns.length < 3)
  box.classList.toggle("bare", !names.length)
  box.classList.toggle("fixed", !numbers.length)
}

export default function (component) {
  const box = component.parentElement.querySelector(".sliders")
  const own = instance(box, () => ({ hand: new Hand(), lit: null, dragging: false }))
  const data = (own.data = { ...own.data, ...component.data }) // an answer says nothing of where to ask
  own.component = component
  box.setAttribute("role", "group")
  box.setAttribute("aria-label", data.alt)
  own.hand.acknowledge(data.ack)
  // Python's numbers count only while the hand is off the sliders, or a thumb would jump back.
  if (!own.numbers || (!own.dragging && !own.hand.busy)) {
    own.numbers = [...data.numbers]
    own.picked = data.picked
    own.active = data.active
  }
  const counts = [data.names, data.columns, data.numbers].map((each) => each.length)
  const shape = [...counts, data.picked !== null, data.most].join()
  const focused = () => box.getRootNode().activeElement
  const held = box.contains(focused()) ? focused().getAttribute("aria-label") : null
  if (own.shape !== shape) {
    own.shape = shape
    own.lit = own.refusal = null
    own.parts = build(own, box)
  }
  arrange(own, box)
  draw(own)
  roving(own.parts.parts.bar, ".segment")
  const [more, less] = own.parts.tools.children
  if (more) {
    enable(more, data.names.length < data.most)
    enable(less, data.names.length > data.least)
    const resize = (numbers) => {
      own.numbers = numbers
      own.active = 0
      own.hand.send(component, "value", { ...told(own), final: true })
    }
    more.onclick = () => { if (own.numbers.length < data.most) resize([...own.numbers, 0]) }
    less.onclick = () => { if (own.numbers.length > data.least) resize(own.numbers.slice(0, -1)) }
  }
  const pointed = own.pointed = (event) => {
    const place = event.target.closest?.(".segment, .row[data-index]")
    if (!place) return null
    return place.dataset.index ? Number(place.dataset.index) : own.parts.parts.segments.indexOf(place)
  }
  // A thumb that is let go where it was taken up fires no change.
  box.onpointerup = box.onpointercancel = () => setTimeout(() => { if (own.dragging) changed(own, true) })
  box.onpointerover = (event) => { if (!own.dragging) light(own, pointed(event)) }
  box.onpointerleave = () => light(own, null)
  if (held && !box.contains(focused())) box.querySelector(`[aria-label="${CSS.escape(held)}"]`)?.focus()
  if (!own.heard) { // of the focus, and of a finger, which leaves what it has touched at once
    own.heard = true
    const pointing = (event) => { if (!own.dragging) light(own, own.pointed(event)) }
    for (const name of ["focusin", "click"]) box.addEventListener(name, pointing)
    box.addEventListener("focusout", () => light(own, null))
  }
}
