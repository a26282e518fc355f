// The controls above the canvas. They change own.state, whose entries are also what stands in the page's address.
import { enable } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { written } from "../../js/numbers.js"
import { slide } from "./closeup.js"
import { present } from "./view.js"

export function buildTools(own) {
  const option = (value, words) => `<option value="${value}">${words}</option>`
  own.tools.innerHTML = `<button type="button" class="back" hidden>← Back</button><b class="title"></b>
    <label class="look">Colours <select name="colours">${option("map", "per map")}${option("layer", "per layer")}${
      option("network", "one for all")}</select></label>
    <label class="look">Maps <select name="order">${option("channel", "in order")}${option("mean", "by mean")}${
      option("influence", "by influence on the class")}</select></label>
    <label class="change">Activation <select name="activation">${option("", "as trained")}${
      Object.entries(own.data.activations).map((each) => option(...each)).join("")}</select></label>
    <label class="change">Shift → <input type="range" name="right" step="1"
      aria-label="photo moved right, pixels"><output></output></label>
    <label class="change">↓ <input type="range" name="down" step="1"
      aria-label="photo moved down, pixels"><output></output></label>
    <label class="change">Patch <input type="range" name="size" min="0" max="70" step="5"
      aria-label="grey patch on the photo, percent of its side"><output></output></label>
    <button type="button" class="change undo">Undo all</button>
    <button type="button" class="slide" hidden></button>
    <span class="page" hidden><button type="button" data-by="-1" aria-label="earlier inputs">‹</button><span
      ></span><button type="button" data-by="1" aria-label="more inputs">›</button></span>
    <span class="scale"><select name="scale"
      aria-label="Colours of the numbers">${option("", "in colour")}${option("light", "dark to light")}</select>
      <span role="img">− <i></i> +</span></span>
    <span class="zoom"><button type="button" data-zoom="0.7" aria-label="zoom out">−</button><button
      type="button" data-zoom="1.43" aria-label="zoom in">+</button></span>`
  const find = (name) => own.tools.querySelector(name)
  for (const name of ["colours", "order", "activation"]) {
    find(`[name=${name}]`).onchange = (event) => { own.set({ [name]: event.target.value || undefined }); own.look() }
  }
  find("[name=scale]").onchange = (event) => {
    own.set({ scale: event.target.value || undefined })
    if (own.over) present(own, false)
  }
  for (const name of ["right", "down"]) {
    const input = find(`[name=${name}]`)
    input.oninput = () => {
      own.set({ shift: shiftText(find("[name=right]").value, find("[name=down]").value) }, false)
      own.look(true)
    }
    input.onchange = () => { own.tell(); own.look() }
  }
  find("[name=size]").oninput = (event) => {
    const { x, y } = patchOf(own)
    own.set({ patch: patchText(x, y, event.target.value / 100) }, false)
    own.look(true)
  }
  find("[name=size]").onchange = () => { own.tell(); own.look() }
  find(".undo").onclick = () => {
    own.set({ off: undefined, patch: undefined, shift: undefined, activation: undefined })
    own.look()
  }
  find(".back").onclick = () => own.goBack()
  find(".slide").onclick = () => slide(own, !own.sliding)
  for (const button of own.tools.querySelectorAll("[data-zoom]")) {
    button.onclick = () => own.stage.zoom(Number(button.dataset.zoom))
  }
  for (const button of own.tools.querySelectorAll("[data-by]")) {
    button.onclick = () => {
      if (button.ariaDisabled === "true") return
      own.first = Math.max(0, own.close.first + 10 * Number(button.dataset.by))
      own.open("map", own.state.map)
    }
  }
}

// The grey patch: its middle and its side in shares of the photo's side.
export function patchOf(own) {
  const [x, y, size] = (own.state.patch ?? "0.5,0.5,0").split(",").map(Number)
  return { x, y, size }
}
export const patchText = (x, y, size) =>
  size ? [x, y].map((share) => clamp(share, 0, 1).toFixed(3)).join() + "," + size : undefined
const shiftText = (right, down) => (Number(right) || Number(down) ? `${right},${down}` : undefined)

function titleOf({ view, close, verdict }) {
  if (view === "class") return verdict?.label ?? ""
  if (view !== "map" || !close) return ""
  return `${close.title} · from ${close.source ? close.source_name : "the photo"}`
}

export function showTools(own) {
  const { state, tools, mode, view } = own, find = (name) => tools.querySelector(name)
  const table = own.tables[mode === "backwards" ? "gradient" : "activation"], [below, zero, above] = endsOf(own)
  const stops = [0, 32, 64, 96, 128, 160, 192, 224, 255].map((level) => `rgb(${table.slice(3 * level, 3 * level + 3)})`)
  find(".scale i").style.background = `linear-gradient(90deg, ${stops.join()})`
  find(".scale [role=img]").title = `${below} below zero, ${zero} at zero, ${above} above`
  find(".scale [role=img]").setAttribute("aria-label", `The colours: ${find(".scale [role=img]").title}`)
  find("[name=scale]").value = state.scale ?? ""
  find("[name=colours]").value = state.colours ?? "map"
  find("[name=order]").value = state.order ?? "channel"
  find("[name=activation]").value = state.activation ?? ""
  const [right, down] = (state.shift ?? "0,0").split(",").map(Number), reach = Math.floor((own.over?.side ?? 64) / 4)
  for (const [name, number] of [["right", right], ["down", down]]) {
    const input = find(`[name=${name}]`)
    input.min = -reach
    input.max = reach
    input.value = number
    input.nextElementSibling.textContent = written(number)
  }
  const covered = Math.round(100 * patchOf(own).size)
  find("[name=size]").value = covered
  find("[name=size]").nextElementSibling.textContent = covered ? `${covered}%` : "none"
  for (const each of tools.querySelectorAll(".change")) each.hidden = mode !== "what if"
  for (const each of tools.querySelectorAll(".look")) each.hidden = view !== "overview" || mode === "what if"
  find(".scale").hidden = mode === "what if" // the row has no room for it
  enable(find(".undo"), Boolean(state.off || state.patch || state.shift || state.activation))
  find(".back").hidden = view === "overview"
  find(".title").title = find(".title").textContent = titleOf(own)
  find(".slide").hidden = view !== "map"
  find(".slide").textContent = own.sliding ? "Pause" : "▶ Slide"
  find(".slide").title = "let the kernel slide over its input, place by place"
  const paged = view === "map" && own.close?.hidden
  find(".page").hidden = !paged
  if (paged) {
    const { first, channels, count } = own.close
    find(".page span").textContent = `${first + 1}–${first + channels.length} of ${count}, strongest first`
    const [less, more] = tools.querySelectorAll("[data-by]")
    enable(less, first > 0)
    enable(more, first + channels.length < count)
  }
}

// What the ends and the middle of the scale are called.
export function endsOf({ mode, state }) {
  if (state.scale === "light") return ["dark", "grey", "light"]
  return mode === "backwards" ? ["pink", "white", "green"] : ["red", "white", "blue"]
}

// Whether a map, or with "all" a layer, is switched off.
export function isOff(own, place, channel) {
  if (own.mode !== "what if") return false
  const off = (own.state.off ?? "").split(",")
  return off.includes(`${place}-${channel}`) || off.includes(`${place}-all`)
}

export function toggleOff(own, place, channel) {
  if (place < 1 || place >= own.over.columns.length - 1) return
  const off = new Set((own.state.off ?? "").split(",").filter(Boolean)), name = `${place}-${channel}`
  if (!off.delete(name)) off.add(name)
  own.set({ off: [...off].join(",") || undefined })
  own.look()
}

export function drawCrosses(own, pen) {
  pen.lineWidth = 3
  pen.strokeStyle = own.theme.minus
  for (const tile of own.tiles) {
    if (!isOff(own, tile.place, tile.channel)) continue
    const { x, y, w, h } = own.stage.box(tile)
    if (x > own.stage.width - own.stage.kept) continue // beneath the bars
    pen.beginPath()
    pen.moveTo(x, y)
    pen.lineTo(x + w, y + h)
    pen.moveTo(x + w, y)
    pen.lineTo(x, y + h)
    pen.stroke()
  }
}
