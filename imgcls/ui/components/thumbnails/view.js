// Small pictures in a grid; they keep their canvases, so that a drag changes pixels and nothing else.
import { paint, pictureOf } from "../../js/canvas.js"
import { instance } from "../../js/elements.js"
import { unpack } from "../../js/packet.js"
import { roving } from "../../js/roving.js"
import { Sender } from "../../js/sender.js"
import { make } from "../../js/text.js"

function build(root) {
  const box = make("div", "thumbnails", root)
  box.innerHTML = `<div class="tiles" role="group"></div><p class="told" aria-live="polite"></p>`
  const [tiles, told] = box.children
  return { box, tiles, told, sender: new Sender(), picked: null, shape: "" }
}

function makeTile(own, i) {
  const { pick } = own.news
  const tile = document.createElement(pick ? "button" : "div")
  if (pick) tile.type = "button"
  tile.className = "tile"
  tile.innerHTML = "<canvas></canvas><small></small>"
  if (pick) {
    tile.onclick = () => {
      own.picked = i
      mark(own)
      own.sender.send(own.component, "pick", { index: i })
    }
  } else tile.onfocus = tile.onpointerenter = tile.onclick = () => { own.told.textContent = own.news.labels[i] }
  return tile
}

function makeTiles(own) {
  const { labels, groups } = own.news
  const tiles = labels.map((_, i) => makeTile(own, i))
  own.tiles.classList.toggle("grouped", groups.length > 0)
  if (!groups.length) { own.tiles.replaceChildren(...tiles); return }
  own.tiles.replaceChildren(...groups.map((group, k) => {
    const row = make("div", "group")
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
    const said = captions[i] ?? ""
    caption.textContent = said
    tile.classList.toggle("wrong", wrong.includes(i))
    tile.title = labels[i]
    // Whoever hears the name hears what stands below the picture, too.
    tile.setAttribute("aria-label", labels[i].includes(said) ? labels[i] : `${labels[i]}; ${said}`)
    if (!own.news.pick) tile.setAttribute("role", "img")
  })
  own.tiles.classList.toggle("framed", framed)
  mark(own)
  own.box.dataset.drawn = Number(own.box.dataset.drawn ?? 0) + 1
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const news = unpack(component.data)
  Object.assign(own, { component, news })
  own.sender.acknowledge(news.ack)
  if (!own.sender.busy) own.picked = news.picked // what was clicked since is newer
  own.tiles.setAttribute("aria-label", news.alt)
  own.tiles.style.setProperty("--side", `${news.side}px`)
  own.told.hidden = news.pick
  own.tiles.style.maxHeight = news.height ? `${news.height}px` : ""
  own.tiles.classList.toggle("large", news.large)
  draw(own)
}
