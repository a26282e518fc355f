// Text in which ^{...} is raised; everything is set as text, never as HTML.
function write(element, text) {
  if (element.dataset.text === text) return
  element.dataset.text = text
  element.replaceChildren(...text.split(/(\^\{[^}]*\})/).map((part) => {
    if (!part.startsWith("^{")) return document.createTextNode(part)
    const raised = document.createElement("sup")
    raised.textContent = part.slice(2, -1)
    return raised
  }))
}

function make(tag, name, parent) {
  const element = document.createElement(tag)
  element.className = name
  parent?.append(element)
  return element
}

// A row's number has been changed by hand: shown at once, sent, and answered with what follows from it.
function set(own, index, number, final) {
  own.active = index
  own.numbers[index] = clamp(number, own.data.low, own.data.high)
  own.dragging = !final
  draw(own)
  send(own, final)
}

function send(own, final) {
  const { numbers, active, picked } = own
  own.sender.send(own.component, "value", { numbers, active, picked, final })
}

function build(own, box) {
  const { data } = own
  box.replaceChildren()
  const head = make("div", "row head", box)
  const titles = ["head", ...(data.numbers ? ["title"] : []), ...data.columns.map(() => "")].map((name) => make("span", name, head))
  const rows = data.names.map((_, index) => buildRow(own, make("div", "row", box), index))
  const foot = make("div", "row foot", box)
  const tools = make("span", "tools", foot)
  if (data.most > data.least) for (const [text, label] of [["+", "Add a class"], ["\u2212", "Remove the last class"]]) {
    const button = make("button", "", tools)
    button.type = "button"
    button.textContent = text
    button.setAttribute("aria-label", label)
    button.title = label
  }
  if (data.numbers) make("span", "gap", foot)
  const totals = data.columns.map(() => make("span", "total", foot))
  const stack = make("div", "stack", box)
  const parts = { title: make("span", "stack-title", stack), bar: make("div", "stack-bar", stack), total: make("b", "", stack) }
  parts.segments = data.names.map(() => make("span", "segment", parts.bar))
  const detail = make("p", "detail", box)
  return { titles, rows, foot, tools, totals, stack, parts, detail }
}

function buildRow(own, row, index) {
  const { data } = own
  row.dataset.index = index
  const name = make("label", "name", row)
  const radio = data.picked === null || !data.numbers ? null : make("input", "", name)
  if (radio) radio.type = "radio"
  const text = make("span", "", name)
  let input = null, field = null
  if (data.numbers) {
    const slide = make("span", "slide", row)
    input = make("input", "range", slide)
    input.type = "range"
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

function light(own, index) {
  own.lit = index
  own.parts.rows.forEach(({ row }, i) => row.classList.toggle("lit", i === index))
  own.parts.parts.segments.forEach((segment, i) => segment.classList.toggle("lit", i === index))
  const shown = index ?? own.active
  write(own.parts.detail, own.refusal || (own.data.details[shown] ?? ""))
  own.parts.detail.classList.toggle("refusal", Boolean(own.refusal))
  own.parts.detail.hidden = !own.data.details.length && !own.refusal
}

function draw(own) {
  const { data, parts } = own
  const titles = [data.head, ...(data.numbers ? [data.title] : []), ...data.columns.map((column) => column.title)]
  parts.titles.forEach((title, i) => write(title, titles[i]))
  parts.rows.forEach(({ text, radio, input, field, cells }, i) => {
    text.title = data.names[i]
    text.textContent = (!radio && i === data.picked ? "✓ " : "") + data.names[i]
    if (radio) {
      radio.checked = i === own.picked
      radio.setAttribute("aria-label", `${data.names[i]} is the true class`)
    }
    cells.forEach(({ cell, title, value, track, bar }, c) => {
      const column = data.columns[c]
      const length = column.lengths[i]
      write(title, column.title)
      write(value, column.texts[i])
      cell.classList.toggle("broken", /^(inf|nan|\u2212inf)$/.test(column.texts[i]))
      track.hidden = !column.lengths.length
      track.classList.toggle("signed", column.signed)
      const share = Math.min(Math.abs(length ?? 0), 1)
      bar.style.width = share * (column.signed ? 50 : 100) + "%"
      bar.style.left = column.signed ? (length < 0 ? 50 - share * 50 : 50) + "%" : 0
      bar.style.background = `var(--q-${column.quantity}${length < 0 ? "-negative" : ""})`
    })
    if (!input) return
    input.min = data.low
    input.max = data.high
    input.step = 0.1
    input.value = own.numbers[i]
    const along = (z) => (100 * (clamp(z, data.low, data.high) - data.low)) / (data.high - data.low)
    input.style.setProperty("--zero", along(0) + "%")
    input.style.setProperty("--from", along(Math.min(0, own.numbers[i])) + "%")
    input.style.setProperty("--to", along(Math.max(0, own.numbers[i])) + "%")
    input.setAttribute("aria-label", `${data.title} of ${data.names[i]}`)
    input.setAttribute("aria-valuetext", [written(own.numbers[i]), ...data.columns.map((k) => k.texts[i])].join(", "))
    field.input.setAttribute("aria-label", `${data.title} of ${data.names[i]}, as a number`)
    field.show()
  })
  data.columns.forEach((column, c) => write(parts.totals[c], column.total))
  parts.foot.hidden = !(parts.tools.children.length || data.columns.some((column) => column.total))
  parts.stack.hidden = !data.stack
  if (data.stack) {
    write(parts.parts.title, data.stack.title)
    write(parts.parts.total, data.stack.total)
    parts.parts.segments.forEach((segment, i) => {
      segment.style.flexGrow = data.stack.shares[i]
      write(segment, data.stack.shares[i] > 0.09 ? data.stack.texts[i] : "")
      segment.title = data.names[i]
    })
  }
  light(own, own.lit)
}

export default function (component) {
  const { data } = component
  const box = component.parentElement.querySelector(".sliders")
  const own = instance(box, () => ({ sender: new Sender(), lit: null, dragging: false }))
  own.data = data
  own.component = component
  box.setAttribute("role", "group")
  box.setAttribute("aria-label", data.alt)
  own.sender.acknowledge(data.ack)
  // Python's numbers count only while the hand is off the sliders, or a thumb would jump back.
  if (!own.numbers || !data.numbers || (!own.dragging && !own.sender.busy)) {
    own.numbers = data.numbers && [...data.numbers]
    own.picked = data.picked
    own.active = data.active
  }
  const shape = [data.names.length, data.columns.length, data.numbers !== null, data.picked !== null, data.most].join()
  if (own.shape !== shape) {
    own.shape = shape
    own.lit = own.refusal = null
    own.parts = build(own, box)
  }
  // A column of bare numbers needs less room than one with bars.
  const widths = data.columns.map((column) => `minmax(0, ${column.lengths.length ? 1.15 : column.texts.some((text) => text.length > 9) ? 1.5 : 0.65}fr)`)
  box.style.setProperty("--cells", widths.join(" "))
  box.classList.toggle("some", data.names.length > 4)
  box.classList.toggle("many", data.names.length > 6)
  box.classList.toggle("few", data.columns.length < 3)
  box.classList.toggle("fixed", !data.numbers)
  draw(own)

  own.parts.rows.forEach(({ radio, input }, i) => {
    if (radio) radio.onchange = () => { own.picked = own.active = i; draw(own); send(own, true) }
    if (!input) return
    input.oninput = () => set(own, i, Number(input.value), false)
    input.onchange = () => set(own, i, Number(input.value), true)
  })
  const [more, less] = own.parts.tools.children
  if (more) {
    more.disabled = data.names.length >= data.most
    less.disabled = data.names.length <= data.least
    const resize = (numbers) => { own.numbers = numbers; own.active = 0; send(own, true) }
    more.onclick = () => resize([...own.numbers, 0])
    less.onclick = () => resize(own.numbers.slice(0, -1))
  }
  const pointed = (event) => {
    const place = event.target.closest?.(".segment, .row[data-index]")
    if (!place) return null
    return place.dataset.index ? Number(place.dataset.index) : own.parts.parts.segments.indexOf(place)
  }
  box.onpointerover = (event) => { if (!own.dragging) light(own, pointed(event)) }
  box.onpointerleave = () => light(own, null)
  box.onfocusin = (event) => light(own, pointed(event))
  box.onfocusout = () => light(own, null)
}
