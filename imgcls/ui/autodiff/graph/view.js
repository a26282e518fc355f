import { keepDrawn } from "../../js/canvas.js"
import { byFinger, enable, instance } from "../../js/elements.js"
import { clamp } from "../../js/geometry.js"
import { Hand } from "../../js/hand.js"
import { unpack } from "../../js/packet.js"
import { roving } from "../../js/roving.js"
import { hear, make } from "../../js/text.js"
import { aboutNode, chainRule, leafTable } from "./panels.js"
import { PAD, edgeShape, nodeShape, place } from "./shapes.js"

function build(root) {
  const box = make("div", "graph", root)
  box.innerHTML = `
    <p class="warning" role="status"></p><p class="verdict"></p>
    <div class="bar" role="toolbar" aria-label="Backward pass">
      <button type="button" data-move="first" aria-label="back to the forward pass">|◀</button>
      <button type="button" data-move="back" aria-label="one step back">◀</button>
      <button type="button" data-move="on" aria-label="one step on">▶</button>
      <button type="button" data-move="last" aria-label="to the end of the backward pass">▶|</button>
      <button type="button" data-move="play" aria-label="play the backward pass">play</button>
      <output></output><span class="caption" aria-live="polite"></span>
    </div>
    <p class="sideways" hidden></p><div class="scroll"><svg xmlns="http://www.w3.org/2000/svg" role="group"></svg></div>
    <section class="chain"></section>
    <div class="below"><section class="about"></section><section class="leaves"></section></div>
    <p class="legend"></p><p class="note"></p>`
  const parts = ["warning", "verdict", "sideways", "scroll", "chain", "about", "leaves", "legend", "note"]
  const own = Object.fromEntries(parts.map((name) => [name, box.querySelector(`.${name}`)]))
  const svg = own.scroll.querySelector("svg")
  return { ...own, box, svg, hand: new Hand(), turn: null, timer: null }
}

function draw(own) {
  const { data, svg, box } = own
  if (!own.scroll.clientWidth) return // not laid out yet: the observer calls again
  const at = place(data.nodes, own.scroll.clientWidth)
  const { node: focused, cell, part, cut } = svg.getRootNode().activeElement?.dataset ?? {}
  const wanted = Math.min(Number(focused ?? own.stop ?? data.selected ?? 0), data.nodes.length - 1)
  const stop = data.nodes[wanted].grid ? data.nodes.findIndex((each) => !each.grid) : wanted
  // A small graph is drawn larger, for the last row of the hall.
  const tall = data.height + 2 * PAD
  const scale = clamp(Math.min(own.scroll.clientWidth / at.all, 340 / tall), 1, 1.35)
  svg.setAttribute("width", at.all * scale)
  svg.setAttribute("height", tall * scale)
  svg.setAttribute("viewBox", `0 0 ${at.all} ${tall}`)
  svg.setAttribute("aria-label", own.alt)
  const edges = data.edges.map((edge) => edgeShape(edge, data.nodes, at))
  svg.innerHTML = `<g transform="translate(0 ${PAD})">${edges.map((e) => e[0]).join("")}
    ${data.nodes.map((node, i) => nodeShape(node, i, at, data.selected, stop)).join("")}
    ${edges.map((e) => e[1]).join("")}</g>`
  if (focused !== undefined) svg.querySelector(`[data-node="${focused}"]`)?.focus({ preventScroll: true })
  if (cell !== undefined) {
    svg.querySelector(`[data-cell="${cell}"][data-part="${part}"]`)?.focus({ preventScroll: true })
  }
  if (data.grids) for (const grid of svg.querySelectorAll("[data-node][role=group]")) roving(grid, "[data-cell]")
  hintSideways(own)
  own.verdict.textContent = data.verdict ?? ""
  hear(own, box, data.nodes.at(-1).spoken) // what the numbers above come to
  box.querySelector(".bar output").textContent = `${data.turn} / ${data.turns}`
  box.querySelector(".bar .caption").textContent = data.caption
  own.warning.textContent = data.warning
  own.chain.innerHTML = chainRule(data.chain)
  own.about.innerHTML = aboutNode(data.chain)
  if (cut) own.about.querySelector("[data-cut]")?.focus({ preventScroll: true })
  own.leaves.innerHTML = data.leaves ? leafTable(data.leaves) : ""
  own.legend.innerHTML = data.grids
    ? `<span><i class="chosen"></i>the cell you chose</span>
      <span><i class="route"></i>where its gradient comes from</span>
       <span><i class="winner"></i>largest of its window</span>`
    : `<span><i class="value"></i>value, forward</span><span><i class="gradient"></i>gradient, arriving</span>
       <span><b>×</b> local derivative</span><span><b>bold</b> what is passed back</span>`
  own.note.textContent = data.note ?? ""
  for (const button of box.querySelectorAll("[data-move]")) {
    const { move } = button.dataset
    const ended = move === "first" || move === "back" ? data.turn === 0 : move !== "play" && data.turn === data.turns
    enable(button, data.turns > 0 && !ended)
  }
  const play = box.querySelector("[data-move=play]")
  play.textContent = own.timer ? "pause" : "play"
  play.dataset.plays = data.sets.turn
  if (own.turn !== data.turn && own.turn !== null) follow(own)
  own.turn = data.turn
}

// What lies outside of a narrow screen: a fading edge on its side, and words.
function hintSideways({ scroll, sideways }) {
  const hidden = scroll.scrollWidth - scroll.clientWidth
  sideways.hidden = hidden < 2
  sideways.textContent = `The graph is wider than the screen: ${byFinger() ? "swipe it" : "scroll it"} sideways.`
  scroll.classList.toggle("left", scroll.scrollLeft > 2)
  scroll.classList.toggle("right", scroll.scrollLeft < hidden - 2)
}

// On a narrow screen the node at work is scrolled into view, without moving the page; at the end the leaves, where all
// gradients have arrived.
function follow(own) {
  const node = own.svg.querySelector(".node.firing")
  if (!node || own.scroll.scrollWidth <= own.scroll.clientWidth) return
  if (own.data.turn === own.data.turns) return void (own.scroll.scrollLeft = 0)
  const place = node.getBoundingClientRect(), frame = own.scroll.getBoundingClientRect()
  own.scroll.scrollLeft += place.left + place.width / 2 - frame.left - frame.width / 2
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const news = unpack(component.data)
  own.hand.acknowledge(news.ack)
  // What a run of the script says counts once it has heard of the last click; answers to a drag always do.
  if (!own.data || !news.ask || !own.hand.busy) {
    own.data = { ...own.data, ...news }
    own.asked = { turn: own.data.turn, selected: own.data.picked }
  } else own.data.ask = news.ask
  // The picture comes at once; Streamlit hears of it, too, for the address and the code.
  const send = (more = {}) => {
    const { ask, sets } = own.data, numbers = { [sets.turn]: own.asked.turn }
    if (own.asked.selected !== null) numbers[sets.selected] = own.asked.selected
    if (!own.hand.asker.broken && !Object.keys(more).length) own.hand.asker.ask(ask, { numbers })
    own.hand.send(component, "value", { numbers, ...more, final: true })
  }
  const stop = () => { clearInterval(own.timer); own.timer = null }
  const go = (turn) => { own.asked = { ...own.asked, turn: clamp(turn, 0, own.data.turns) }; send() }
  const pick = (selected) => { own.asked = { ...own.asked, selected }; send() }
  own.box.onclick = (event) => {
    const target = event.target.closest("[data-move], [data-cut], [data-cell], [data-node]")
    if (!target) return
    const { move, cut, cell, node } = target.dataset
    if (move === "play") {
      if (own.timer) stop()
      else {
        if (own.asked.turn === own.data.turns) go(0)
        own.timer = setInterval(() => {
          if (own.asked.turn < own.data.turns) return go(own.asked.turn + 1)
          stop()
          draw(own)
        }, 900)
      }
      draw(own)
    } else if (move) {
      stop()
      go({ first: 0, back: own.asked.turn - 1, on: own.asked.turn + 1, last: own.data.turns }[move])
    }
    else if (cut) send({ cut: own.data.selected })
    else if (cell) send({ cell })
    else pick(Number(node))
  }
  own.svg.onkeydown = (event) => {
    const { node, cell } = event.target.dataset ?? {}, down = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (event.defaultPrevented) return // the way to another cell
    if ((event.key === "Enter" || event.key === " ") && cell !== undefined) send({ cell })
    else if ((event.key === "Enter" || event.key === " ") && node !== undefined) pick(Number(node))
    else if (down && node !== undefined) {
      own.stop = clamp(Number(node) + down, 0, own.data.nodes.length - 1)
      for (const each of own.svg.querySelectorAll("[data-node][tabindex]")) {
        each.tabIndex = Number(each.dataset.node) === own.stop ? 0 : -1
      }
      own.svg.querySelector(`[data-node="${own.stop}"]`)?.focus()
    }
    else if (event.key === "ArrowRight") go(own.asked.turn + 1)
    else if (event.key === "ArrowLeft") go(own.asked.turn - 1)
    else return
    event.preventDefault()
  }
  own.scroll.onscroll = () => hintSideways(own)
  const end = keepDrawn(own, own.scroll, draw)
  return () => { stop(); end() }
}
