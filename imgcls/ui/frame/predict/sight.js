// On a small screen the card fills what one sees, and the picture that moves lies below. Once the answer has come over
// the prediction, the page goes down to the picture; nothing of it moves before it is seen.
import { clamp } from "../../js/geometry.js"
import { live } from "../../js/live.js"
import { working } from "./journey.js"

const HANDS = ["touchstart", "wheel", "keydown"]
const pageBelow = () => document.querySelector("[data-testid=stMain]")
const small = () => matchMedia("(max-width: 760px), (max-height: 500px)").matches
const ENOUGH = 0.6 // of the picture's height, or of the room that there is
const MOST = 0.45 // of the screen's height for the reason, as in view.css
const REST = 300, LONG = 2500 // ms
const NEAR = 60 // pixels
const TRIES = 4 // what is drawn late pushes the picture down

// Tells again and again whether the picture below `card` is in sight, and leads the page there, unless a hand does.
// The `sliders` that will move come into sight with it where there is room.
export function sight(card) {
  if (!small() || matchMedia("(prefers-reduced-motion: reduce)").matches) return () => true
  const page = pageBelow()
  let led = 0, byHand = false, there = false, at = null, since = 0 // where the page is, and since when
  const leads = () => { byHand = true }
  for (const name of HANDS) addEventListener(name, leads, { passive: true })
  const look = (sliders) => {
    if (at !== page.scrollTop) [at, since] = [page.scrollTop, Date.now()]
    const answers = card.getAnimations({ subtree: true }).some(({ playState }) => playState === "running")
    if (answers || Date.now() - since < REST) return false
    const picture = working() ?? pictureBelow(card)
    if (!picture) return true
    const room = roomBeside(card), { top, bottom, height } = picture.getBoundingClientRect()
    const seen = Math.min(bottom, room.stays) - Math.max(top, room.top)
    if (seen >= ENOUGH * Math.min(height, room.stays - room.top) || (led === TRIES && !byHand)) return !working()
    if (!byHand) {
      led++
      page.scrollBy({ top: beginning(picture, sliders, room) - room.top, behavior: "smooth" })
      since = Date.now()
    }
    return false
  }
  return (sliders = []) => {
    there ||= look(sliders)
    if (there) for (const name of HANDS) removeEventListener(name, leads)
    return there
  }
}

// When the card goes, the picture stays where it is seen; one that lies lower comes up.
export function hold(card) {
  const picture = small() && pictureBelow(card), key = picture && picture.className.match(/st-key-(\S+)/)?.[1]
  if (!key) return
  const { top, bottom } = roomBeside(card), wanted = clamp(picture.getBoundingClientRect().top, top, bottom / 2)
  let until = Date.now() + LONG
  const leads = () => { until = 0 }
  for (const name of HANDS) addEventListener(name, leads, { passive: true, once: true })
  const frame = () => {
    if (Date.now() > until) return
    requestAnimationFrame(frame)
    if (card.isConnected) return
    const there = document.querySelector(`.st-key-${CSS.escape(key)}`)
    if (there) pageBelow().scrollTop += there.getBoundingClientRect().top - wanted
  }
  frame()
}

// Where what is to be seen begins: with the sliders, if they stand right above the picture and both have room.
function beginning(picture, sliders, room) {
  const { top, bottom } = picture.getBoundingClientRect(), gap = 8 // pixels
  const boxes = sliders.map((slider) => rootOf(slider).getBoundingClientRect())
  const whole = Math.min(top, ...boxes.filter((box) => top - box.bottom < NEAR).map((box) => box.top))
  return (bottom - whole + gap <= room.bottom - room.top ? whole : top) - gap
}

const rootOf = (element) => element.getRootNode().host ?? element

// The page without what is stuck to its edges; what `stays` is seen when the reason has unfolded, too.
function roomBeside(card) {
  const header = document.querySelector("[data-testid=stHeader]")?.getBoundingClientRect().bottom ?? 0
  const side = card.querySelector(".side"), bar = document.getElementById("imgcls-class")
  if (getComputedStyle(side).position === "fixed") {
    const { top, bottom } = side.getBoundingClientRect()
    return { top: header, bottom: top, stays: Math.min(top, bottom - MOST * innerHeight) }
  }
  const bottom = bar?.getBoundingClientRect().top ?? innerHeight
  return { top: header, bottom, stays: bottom }
}

// The first live picture below the card, or Streamlit's box where that stands in for it; a part may have words alone.
function pictureBelow(card) {
  const after = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING
  const found = Object.keys(live).map((key) => document.querySelector(`.st-key-${CSS.escape(key)}`))
  found.push(...document.querySelectorAll("[data-testid=stMain] [data-testid=stAlert]"))
  const below = found.filter((each) => each?.getBoundingClientRect().height > 0 && after(rootOf(card), each))
  below.sort((one, other) => (after(one, other) ? -1 : 1))
  return below.find(isPicture) ?? below.at(-1)
}

// Neither a slider nor a line of words, unless something is drawn beside it.
function isPicture(element) {
  const roots = [element, ...[...element.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? [])]
  const has = (selector) => roots.some((root) => root.querySelector(selector))
  return has("canvas, svg, img, table") || !has(".slider, .words")
}
