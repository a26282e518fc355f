import { keepDrawn, outline, sizedCanvas } from "../../js/canvas.js"
import { instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { Hand } from "../../js/hand.js"
import { unpack } from "../../js/packet.js"
import { make } from "../../js/text.js"

function build(root) {
  const box = make("div", "slicer", root)
  const range = (what, title) => `<div class="range" data-what="${what}">
    <div class="name"><span>${title}</span><output></output></div>
    <div class="track"><i></i><input type="range" data-end="0"><input type="range" data-end="1"></div></div>`
  box.innerHTML = `
    <div class="left"><canvas class="photo" role="img"
      aria-label="The photo with the slice marked; drag the rectangle or use the sliders"></canvas>
      ${range("rows", "rows (dim 1)")}${range("columns", "columns (dim 2)")}</div>
    <div class="right"><code></code>
      <div class="choices"><span class="channels" role="group" aria-label="channel (dim 0)"></span>
      <span class="steps" role="group" aria-label="every n-th row and column"></span></div>
      <canvas class="crop" role="img"></canvas><table><tbody></tbody></table></div>`
  return {
    box, photo: box.querySelector(".photo"), crop: box.querySelector(".crop"), hand: new Hand(), dragging: false,
    pictures: {}, made: null,
  }
}

// The picture in a packet's array, decoded by the browser; an older one never replaces a newer.
function decode(own, name, bytes) {
  const turn = (own[`${name}Turn`] = (own[`${name}Turn`] ?? 0) + 1)
  createImageBitmap(new Blob([bytes])).then((picture) => {
    if (turn !== own[`${name}Turn`]) return
    own.pictures[name] = picture
    draw(own)
  })
}

function draw(own) {
  const { box, data, made, pictures } = own
  const { rows, columns } = own.ranges
  const room = (canvas) => canvas.parentElement.clientWidth || box.clientWidth // on a phone there are no columns
  const code = box.querySelector("code")
  if (code.textContent !== made.code) code.textContent = made.code
  for (const [what, size] of [["rows", data.height], ["columns", data.width]]) {
    const part = box.querySelector(`[data-what=${what}]`)
    const ends = own.ranges[what]
    part.querySelector("output").textContent = `${ends[0]}:${ends[1]}`
    part.querySelector("i").style.cssText = `left:${(100 * ends[0]) / size}%;right:${100 - (100 * ends[1]) / size}%`
    for (const input of part.querySelectorAll("input")) {
      const end = Number(input.dataset.end)
      input.max = size
      input.value = ends[end]
      input.setAttribute("aria-valuetext", `${ends[end]}: ${made.code}, ${made.facts[0].slice(0, 2).join(" ")}`)
      input.setAttribute("aria-label", `${end ? "last" : "first"} of the ${what}`)
    }
  }
  const channelName = (c, i) => (i ? `${i - 1}: ${c}` : "all channels")
  const nth = (step) => (step === 1 ? "every pixel" : `every ${step}${step === 2 ? "nd" : "th"}`)
  const groups = [["channels", data.channels, channelName], ["steps", data.steps, nth]]
  for (const [name, list, titled] of groups) {
    const chosen = name === "channels" ? own.ranges.channel : own.ranges.step
    const group = box.querySelector(`.${name}`)
    if (group.children.length !== list.length) {
      group.innerHTML = list.map((item, i) =>
        `<button type="button" data-${name}="${item}">${titled(item, i)}</button>`).join("")
    }
    for (const button of group.children) {
      button.setAttribute("aria-pressed", String(button.dataset[name] === String(chosen)))
    }
  }
  box.querySelector("tbody").innerHTML = made.facts.map(([name, value, note]) =>
    `<tr><th scope="row">${name}</th><td>${value}</td><td>${note}</td></tr>`).join("")
  if (pictures.photo) {
    const scale = (own.scale = Math.min(room(own.photo) / data.width, 290 / data.height))
    const pen = sizedCanvas(own.photo, Math.max(1, data.width * scale), Math.max(1, data.height * scale))
    pen.drawImage(pictures.photo, 0, 0, data.width * scale, data.height * scale)
    const frame = [columns[0] * scale, rows[0] * scale, (columns[1] - columns[0]) * scale, (rows[1] - rows[0]) * scale]
    pen.fillStyle = "rgba(0, 0, 0, 0.45)"
    pen.beginPath()
    pen.rect(0, 0, data.width * scale, data.height * scale)
    pen.rect(...frame)
    pen.fill("evenodd")
    outline(pen, ...frame, "#fff")
  }
  if (pictures.crop) {
    const [height, width] = made.shape
    const scale = Math.min(room(own.crop) / width, 185 / height)
    const pen = sizedCanvas(own.crop, Math.max(1, width * scale), Math.max(1, height * scale))
    pen.imageSmoothingEnabled = false
    pen.drawImage(pictures.crop, 0, 0, width * scale, height * scale)
    own.crop.setAttribute("aria-label", `The slice: ${height} rows of ${width}`)
  }
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const news = unpack(component.data)
  if (!news.arrays.photo) { // the answer to a drag
    own.made = news
    decode(own, "crop", news.arrays.crop)
    return draw(own)
  }
  const data = (own.data = news)
  own.hand.acknowledge(data.ack)
  if (!own.dragging && !own.hand.busy) {
    own.ranges = { rows: data.rows, columns: data.columns, step: data.step, channel: data.channel }
    own.made = data
    decode(own, "crop", data.arrays.crop)
  }
  decode(own, "photo", data.arrays.photo)
  const send = (final) => {
    const { ask, sets } = own.data
    own.dragging = !final
    draw(own)
    own.hand.tell(component, ask, { numbers: { [sets]: own.ranges } }, final)
  }
  const set = (what, low, high, final) => {
    const size = what === "rows" ? data.height : data.width
    low = clamp(Math.round(low), 0, size - 1)
    own.ranges = { ...own.ranges, [what]: [low, clamp(Math.round(high), low + 1, size)] }
    send(final)
  }
  for (const part of own.box.querySelectorAll(".range")) {
    const what = part.dataset.what
    for (const input of part.querySelectorAll("input")) {
      const change = (final) => {
        const [low, high] = own.ranges[what], value = Number(input.value)
        if (input.dataset.end === "0") set(what, Math.min(value, high - 1), high, final)
        else set(what, low, Math.max(value, low + 1), final)
      }
      input.oninput = () => change(false)
      input.onchange = () => change(true)
    }
  }
  own.box.onclick = ({ target }) => {
    const { channels, steps } = target.dataset ?? {}
    if (channels) own.ranges = { ...own.ranges, channel: channels }
    else if (steps) own.ranges = { ...own.ranges, step: Number(steps) }
    else return
    send(true)
  }
  // The rectangle moves when it is held inside, and is drawn anew from outside.
  let start = null
  const at = (event) => {
    const place = own.photo.getBoundingClientRect()
    return [(event.clientX - place.left) / own.scale, (event.clientY - place.top) / own.scale]
  }
  own.photo.onpointerdown = (event) => {
    const [x, y] = at(event), { rows, columns } = own.ranges
    const inside = x >= columns[0] && x < columns[1] && y >= rows[0] && y < rows[1]
    start = { x, y, rows, columns, inside, moved: false }
    own.photo.setPointerCapture(event.pointerId)
  }
  own.photo.onpointermove = (event) => {
    if (!start) return
    const [x, y] = at(event)
    start.moved = true
    const shift = (range, by, size) => {
      const go = clamp(Math.round(by), -range[0], size - range[1])
      return range.map((end) => end + go)
    }
    own.ranges = { ...own.ranges, ...(start.inside
      ? { rows: shift(start.rows, y - start.y, data.height), columns: shift(start.columns, x - start.x, data.width) }
      : { rows: spanned(start.y, y, data.height), columns: spanned(start.x, x, data.width) }) }
    send(false)
  }
  own.photo.onpointerup = own.photo.onpointercancel = () => { if (start?.moved) send(true); start = null }
  return keepDrawn(own, own.box, draw)
}

function spanned(a, b, size) {
  const low = clamp(Math.floor(Math.min(a, b)), 0, size - 1)
  return [low, clamp(Math.ceil(Math.max(a, b)), low + 1, size)]
}
