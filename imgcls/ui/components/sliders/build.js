// The elements of the table; they are built once for a shape of the data, and only filled in afterwards.
import { numberField } from "../../js/number.js"
import { make } from "../../js/text.js"
import { changed, light, set } from "./view.js"

export function build(own, box) {
  const { data } = own
  box.replaceChildren()
  const head = make("div", "row head", box)
  const titles = ["head", ...(data.numbers.length ? ["title"] : []), ...data.columns.map(() => "")]
  const rows = { titles: titles.map((name) => make("span", name, head)) }
  rows.rows = data.names.map((_, index) => buildRow(own, make("div", "row", box), index))
  const foot = make("div", "row foot", box)
  const tools = make("span", "tools", foot)
  if (data.most > data.least) for (const [text, label] of [["+", "Add a class"], ["\u2212", "Remove the last class"]]) {
    const button = make("button", "", tools)
    button.type = "button"
    button.textContent = text
    button.title = label
    button.setAttribute("aria-label", label)
  }
  if (data.numbers.length) make("span", "gap", foot)
  const totals = data.columns.map(() => make("span", "total", foot))
  const stack = make("div", "stack", box)
  const [title, bar, total] = [["span", "stack-title"], ["div", "stack-bar"], ["b", ""]]
    .map(([tag, name]) => make(tag, name, stack))
  const parts = { title, bar, total }
  parts.segments = data.names.map(() => make("span", "segment", parts.bar))
  const [detail, note] = ["detail", "note"].map((name) => make("p", name, box))
  return { ...rows, foot, tools, totals, stack, parts, detail, note }
}

function buildRow(own, row, index) {
  const { data } = own
  row.dataset.index = index
  const name = make("label", "name", row)
  const radio = data.picked === null || !data.numbers.length ? null : make("input", "", name)
  if (radio) {
    radio.type = "radio"
    radio.onchange = () => { own.picked = own.active = index; changed(own, true) }
  }
  const text = make("span", "", name)
  let input = null, field = null
  if (data.numbers.length) {
    const slide = make("span", "slide", row)
    input = make("input", "range", slide)
    input.type = "range"
    input.oninput = () => set(own, index, Number(input.value), false)
    input.onchange = () => set(own, index, Number(input.value), true)
    const number = make("input", "number", slide)
    number.autocomplete = "off"
    field = {
      input: number, surface: number, what: "the number", low: data.low, high: data.high, step: () => 0.1,
      get: () => own.numbers[index],
      set: (value, final) => set(own, index, Math.round(100 * value) / 100, final),
      refuse: (reason) => { own.refusal = reason; light(own, own.lit) },
    }
    numberField(field)
  }
  const cells = data.columns.map(() => {
    const cell = make("span", "cell", row)
    const title = make("span", "cell-title", cell)
    const value = make("span", "value", cell)
    const track = make("span", "track", cell)
    return { cell, title, value, track, bar: make("i", "", track) }
  })
  return { row, text, radio, input, field, cells }
}
