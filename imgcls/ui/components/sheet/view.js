// Tiles in a grid; they keep their canvases, so that a drag changes pixels and nothing else.
import { Asker } from "../../js/asker.js"
import { paint, pictureOf } from "../../js/canvas.js"
import { buildDials, showDials } from "../../js/dials.js"
import { instance } from "../../js/elements.js"
import { unpack } from "../../js/packet.js"
import { roving } from "../../js/roving.js"
import { Sender } from "../../js/sender.js"

function build(root) {
  const box = document.createElement("div")
  box.className = "sheet"
  box.innerHTML = `<div class="dials"></div><div class="tiles" role="group"></div>
    <p class="told" aria-live="polite"></p>`
  root.append(box)
  const [dials, tiles, told] = box.children
  const own = { box, dials, tiles, told, sender: new Sender(), dragging: false, picked: null, shape: "" }
  own.asker = new Asker((bytes) => { own.news = { ...own.news, ...unpack(bytes) }; draw(own) })
  return own
}

function makeTile(own, i) {
  const { pick } = own.news
  const tile = document.createElement(pick ? "button" : "div")
  if (pick) tile.type = "button"
  tile.className = "tile"
  tile.innerHTML = "<canvas></canvas><small></small>"
  if (pick) tile.onclick = () => { own.picked = i; mark(own); tell(own, true) }
  else tile.onfocus = tile.onpointerenter = tile.onclick = () => { own.told.textContent = own.news.labels[i] }
  return tile
}

function makeTiles(own) {
  const { labels, groups } = own.news
  const tiles = labels.map((_, i) => makeTile(own, i))
  own.tiles.classList.toggle("grouped", groups.length > 0)
  if (!groups.length) { own.tiles.replaceChildren(...tiles); return }
  own.tiles.replaceChildren(...groups.map((group, k) => {
    const row = document.createElement("div")
    row.className = "group"
    row.innerHTML = `<div class="head"><b></b><i></i><span></span></div><div class="row"></div>`
    row.lastChild.append(...tiles.slice(group.first, groups[k + 1]?.first))
    return row
  }))
}

function mark(own) {
  own.tiles.querySelectorAll(".tile").forEach((tile, i) => {
    if (own.news.pick) tile.setAttribute("aria-pressed", String(i === own.picked))
  })
}

function tell(own, final) {
  own.sender.send(own.component, "told", { numbers: own.numbers, picked: own.picked, final })
}

function moved(own, final) {
  if (final || own.asker.broken) {
    own.asker.cancel()
    tell(own, final)
  } else own.asker.ask(own.data.ask, { numbers: own.numbers })
}

function draw(own) {
  const { labels, captions, groups, wrong, framed, only, arrays: { pictures } } = own.news
  const shape = JSON.stringify([labels.length, groups.map((group) => group.first), own.news.pick])
  if (own.shape !== shape) { own.shape = shape; makeTiles(own); roving(own.tiles, ".tile") }
  own.tiles.querySelectorAll(".head").forEach((head, k) => {
    const [title, bar, note] = head.children, { length } = groups[k]
    title.textContent = groups[k].title
    note.textContent = groups[k].note
    bar.classList.toggle("none", length === null)
    bar.style.setProperty("--share", `${100 * (length ?? 0)}%`)
  })
  own.tiles.querySelectorAll(".tile").forEach((tile, i) => {
    const [canvas, caption] = tile.children
    const place = only.length ? only.indexOf(i) : i
    tile.classList.toggle("stale", place < 0)
    if (place < 0) return
    paint(canvas, pictureOf(pictures, place))
    caption.textContent = captions[i] ?? ""
    tile.classList.toggle("wrong", wrong.includes(i))
    tile.title = labels[i]
    if (own.news.pick) tile.setAttribute("aria-label", labels[i])
    else { tile.setAttribute("role", "img"); tile.setAttribute("aria-label", labels[i]) }
  })
  own.tiles.classList.toggle("framed", framed)
  mark(own)
  own.box.dataset.drawn = Number(own.box.dataset.drawn ?? 0) + 1
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  own.component = component
  const data = unpack(component.data)
  own.sender.acknowledge(data.ack)
  if (own.dragging || own.sender.busy) return // what is under the finger is newer
  Object.assign(own, { data, news: data, numbers: data.numbers, picked: data.picked })
  own.tiles.setAttribute("aria-label", data.alt)
  own.tiles.style.setProperty("--side", `${data.side}px`)
  own.told.hidden = data.pick
  own.tiles.style.maxHeight = data.height ? `${data.height}px` : ""
  own.tiles.classList.toggle("large", data.large)
  buildDials(own, data.dials, (final) => moved(own, final))
  if (data.dials.length) showDials(own)
  draw(own)
}
