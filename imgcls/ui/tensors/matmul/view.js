// A matrix product as on a blackboard: b stands above the result, a at its left, and where a row of a meets a column of
// b lies their cell. Which cell is worked out, and how far, is decided here, without a message to the server.
import { bitmap, pictureOf } from "../../js/canvas.js"
import { instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { Hand } from "../../js/hand.js"
import { numberField } from "../../js/number.js"
import { unpack } from "../../js/packet.js"
import { roving } from "../../js/roving.js"
import { hear, make } from "../../js/text.js"

const PACE = 900 // ms a product while it plays

function build(root) {
  const box = make("div", "matmul", root)
  const matrix = (name) => `<figure class="${name}"><figcaption></figcaption><div class="cells" role="group"></div>
    </figure>`
  box.innerHTML = `<div class="board"><div class="corner"></div>${matrix("b")}${matrix("bias")}${matrix("a")}
      ${matrix("result")}</div>
    <div class="side"><p class="name"></p><ol class="products"></ol><p class="sum"></p>
      <div class="player"><button type="button" class="back" aria-label="one product back"></button>
        <button type="button" class="play" data-plays="matmul">Play</button>
        <button type="button" class="forward" aria-label="one product on"></button></div>
      <p class="trouble"></p><p class="refusal" role="alert"></p></div>`
  const get = (name) => box.querySelector("." + name)
  return { box, get, hand: new Hand(), at: [0, 0], upTo: null, numbers: {}, held: false, fields: [] }
}

// One cell to type into, or to read, for each number of a matrix.
function fill(own, name, matrix) {
  const figure = own.get(name), cells = figure.querySelector(".cells")
  figure.hidden = !matrix
  if (!matrix) return cells.replaceChildren()
  cells.style.setProperty("--columns", matrix.texts[0].length)
  cells.setAttribute("aria-label", figure.querySelector("figcaption").textContent)
  cells.replaceChildren(...matrix.texts.flatMap((row, r) => row.map((text, c) => {
    const cell = make(matrix.sets ? "input" : "span", "cell")
    Object.assign(cell.dataset, { row: r, column: c })
    if (matrix.sets) editable(own, cell, name, r, c)
    return cell
  })))
  if (matrix.sets) roving(cells, "input")
}

function editable(own, input, name, r, c) {
  const matrix = () => own.data[name], place = () => r * matrix().width + c
  const { low, high, step } = matrix()
  input.setAttribute("aria-label", `${own.names[name]}, row ${r}, column ${c}`)
  input.inputMode = "decimal"
  const field = {
    input, surface: input, what: "the number", low, high, whole: step === 1, pace: 10, step: () => step,
    refuse: (reason) => { own.get("refusal").textContent = reason },
    get: () => own.numbers[name][place()],
    set: (number, final) => {
      own.numbers[name][place()] = Math.round(number / step) / Math.round(1 / step)
      own.held = !final
      own.hand.tell(own.component, own.data.ask, { numbers: { [matrix().sets]: own.numbers[name] } }, final)
    },
  }
  numberField(field)
  own.fields.push(field)
}

function results(own) {
  const [rows, columns] = own.data.shape, cells = own.get("result").querySelector(".cells")
  cells.style.setProperty("--columns", columns)
  cells.setAttribute("aria-label", own.names.result)
  cells.replaceChildren(...Array.from({ length: rows * columns }, (_, i) => {
    const cell = make("button", "cell")
    cell.type = "button"
    const place = [Math.floor(i / columns), i % columns]
    Object.assign(cell.dataset, { row: place[0], column: place[1] })
    cell.onfocus = cell.onclick = () => { select(own, place); tell(own) }
    return cell
  }))
  if (own.data.cells) roving(cells, "button")
  // A finger that is down moves on over the cells.
  cells.onpointermove = (event) => {
    const over = own.box.getRootNode().elementFromPoint(event.clientX, event.clientY)?.closest?.("button.cell")
    if (over && cells.contains(over)) select(own, [Number(over.dataset.row), Number(over.dataset.column)])
  }
  cells.onpointerdown = ({ target, pointerId }) => {
    if (target.hasPointerCapture(pointerId)) target.releasePointerCapture(pointerId) // else the first cell keeps it
  }
  cells.onpointerup = () => tell(own)
}

function select(own, place) {
  if (!own.data.cells || (place[0] === own.at[0] && place[1] === own.at[1] && own.upTo === null)) return
  play(own, false)
  Object.assign(own, { at: place, upTo: null })
  draw(own)
}

// The cell that a hand has come to rest on goes into the page's address.
function tell(own) {
  if (!own.data.cells || String(own.at) === String(own.told)) return
  own.told = own.at
  own.hand.tell(own.component, own.data.ask, { numbers: { [own.data.sets]: own.at } }, true)
}

// How many products of the cell are shown; all of them, and the sum, where `upTo` is null.
function step(own, by) {
  const inner = own.data.inner[0], [rows, columns] = own.data.shape
  let at = own.at[0] * columns + own.at[1], upTo = (own.upTo ?? inner) + by
  if (by > 0 && own.upTo === null) [at, upTo] = [at + 1, 1]
  if (upTo < 1) [at, upTo] = [at - 1, inner]
  if (at >= rows * columns && own.playing) return play(own, false)
  if (at < 0 || at >= rows * columns) [at, upTo] = at < 0 ? [0, 1] : [rows * columns - 1, inner]
  own.at = [Math.floor(at / columns), at % columns]
  own.upTo = upTo >= inner ? null : upTo
  draw(own)
}

function play(own, on) {
  clearTimeout(own.timer)
  own.playing = on
  own.get("play").textContent = on ? "Pause" : "Play"
  if (!on) return
  if (own.upTo === null) { // from the first product of this cell; from the first cell once all are done
    const last = own.at.every((place, axis) => place === own.data.shape[axis] - 1)
    Object.assign(own, { at: last ? [0, 0] : own.at, upTo: 0 })
  }
  const tick = () => { step(own, 1); if (own.playing) own.timer = setTimeout(tick, PACE) }
  tick()
}

function draw(own) {
  const { data, get } = own, [i, j] = own.at, inner = data.inner[0], able = Boolean(data.cells)
  const upTo = own.upTo ?? inner, part = own.upTo === null ? -1 : upTo - 1
  for (const name of ["a", "b", "bias"]) {
    const texts = data[name]?.texts.flat() ?? []
    get(name).querySelectorAll(".cell").forEach((cell, k) => {
      const [r, c] = [Number(cell.dataset.row), Number(cell.dataset.column)]
      if (cell.tagName !== "INPUT") cell.textContent = texts[k]
      cell.classList.toggle("lit", able && (name === "a" ? r === i : c === j))
      cell.classList.toggle("now", able && ((name === "a" && r === i && c === part) ||
        (name === "b" && c === j && r === part)))
    })
  }
  own.fields.forEach((field) => field.show())
  get("result").querySelectorAll(".cell").forEach((cell) => {
    const [r, c] = [Number(cell.dataset.row), Number(cell.dataset.column)]
    const here = r === i && c === j, text = data.result?.[r][c] ?? ""
    cell.textContent = able ? here && own.upTo !== null ? "…" : text : "✗"
    cell.classList.toggle("lit", able && here)
    cell.disabled = !able
    cell.setAttribute("aria-pressed", String(able && here))
    cell.setAttribute("aria-label", able ? `${own.names.result}, row ${r}, column ${c}: ${text}` : "no result")
  })
  get("trouble").textContent = data.trouble && `RuntimeError: ${data.trouble}`
  get("player").hidden = get("sum").hidden = get("name").hidden = get("products").hidden = !able
  own.box.classList.toggle("clash", !able)
  if (!able) return
  const { products, sums } = data.cells[i][j]
  const named = data.rows.length ? `: ${data.rows[i]}, ${data.columns[j]}` : ""
  get("name").innerHTML = `<b></b><span></span>`
  get("name").firstChild.textContent = `(${own.names.result})[${i}, ${j}]${named}`
  get("name").lastChild.textContent = `row ${i} of ${data.titles[0]}, column ${j} of ${data.titles[1]}`
  get("products").replaceChildren(...products.map(([a, b, sign, product], k) => {
    const line = make("li", k === part ? "now" : "")
    for (const [kind, text] of [["of-a", a], ["", " · "], ["of-b", b], ["", ` ${sign} `], ["", product]]) {
      make("span", kind, line).textContent = text
    }
    line.classList.toggle("hid", k >= upTo)
    return line
  }))
  const sum = own.upTo === null ? sums.at(-1) : sums[upTo - 1]
  get("sum").innerHTML = "<span></span><b></b>"
  get("sum").firstChild.textContent = own.upTo === null ? (data.bias ? "sum and bias: " : "sum: ") : "so far: "
  get("sum").lastChild.textContent = sum
  own.box.dataset.shown = `${i},${j},${upTo}`
  if (!own.playing) hear(own, own.box, `row ${i}, column ${j}: ${sum}`)
}

function layOut(own) {
  const { data, get } = own, { titles, shapes } = data
  own.names = { a: titles[0], b: titles[1], bias: "b", result: titles[2] }
  own.fields = []
  own.box.classList.toggle("wide", data.inner[0] + data.shape[1] > 7) // for a phone
  for (const [name, title] of [["a", `${titles[0]} (${shapes[0]})`], ["b", `${titles[1]} (${shapes[1]})`],
    ["bias", "b, added to every row"], ["result", titles[2]]]) {
    get(name).querySelector("figcaption").textContent = title
  }
  for (const name of ["a", "b", "bias"]) fill(own, name, data[name])
  results(own)
  const { photos } = data.arrays, pictures = Array.from({ length: photos.shape[0] }, (_, k) => {
    const canvas = bitmap(pictureOf(photos, k))
    canvas.className = "photo"
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", data.rows[k])
    return canvas
  })
  const cells = get("a").querySelector(".cells")
  cells.classList.toggle("pictured", pictures.length > 0)
  pictures.forEach((canvas, k) => cells.insertBefore(canvas, cells.querySelector(`[data-row="${k}"]`)))
  const heads = data.columns.map((text) => Object.assign(make("span", "head"), { textContent: text }))
  get("b").querySelector(".cells").prepend(...heads)
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  own.component = component
  const before = own.data, data = unpack(component.data)
  data.ask ??= before?.ask // the answer to a drag brings only what has changed
  own.data = data
  own.hand.acknowledge(data.ack)
  if (!own.held && !own.hand.busy) {
    for (const name of ["a", "b", "bias"]) own.numbers[name] = [...(data[name]?.kept ?? [])]
  }
  const form = JSON.stringify([data.titles, data.shapes, data.rows, Boolean(data.cells)])
  if (String(data.cell) !== String(before?.cell)) Object.assign(own, { at: data.cell, told: data.cell, upTo: null })
  own.at = own.at.map((place, axis) => clamp(place, 0, data.shape[axis] - 1))
  own.get("back").onclick = () => { play(own, false); step(own, -1) }
  own.get("forward").onclick = () => { play(own, false); step(own, 1) }
  own.get("play").onclick = () => play(own, !own.playing)
  if (form !== own.form) {
    own.form = form
    own.upTo = null
    play(own, false)
    layOut(own)
  }
  draw(own)
  return () => clearTimeout(own.timer)
}
