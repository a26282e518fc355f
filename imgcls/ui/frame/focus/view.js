// Of a focused element that is taken away the browser says nothing: the focus is on the page, and Tab starts somewhere.
const PATIENCE = 20000 // milliseconds that a place is waited for: a run can stand in a queue
const PLACE = /(buttons|uploader)$/
const FOCUSABLE = "button, input, select, textarea, summary, a[href], [tabindex='0']"

function keysAround(element) {
  const keys = []
  for (let at = element.closest("[class*=st-key-]"); at; at = at.parentElement?.closest("[class*=st-key-]")) {
    keys.push(...[...at.classList].filter((name) => name.startsWith("st-key-")))
  }
  return keys.filter((key, i) => i === 0 || PLACE.test(key))
}

const placeOf = (key) => document.querySelector(`.${CSS.escape(key)}`)
const choicesIn = (place) => [...place.querySelectorAll(FOCUSABLE)].filter((each) =>
  each.getClientRects().length && each.tabIndex >= 0 &&
  !each.closest("[data-testid=stTooltipIcon], [aria-label^='Help for']"))

function watcher() {
  const own = { instead: {}, last: null, resting: null }
  const gone = ({ node }) => !node.isConnected || node.disabled
  const check = () => {
    for (const bar of document.querySelectorAll("[role=progressbar]:not([aria-label])")) {
      bar.setAttribute("aria-label", "Progress")
    }
    const { last } = own
    if (!last || !gone(last)) return
    if (![document.body, last.node, own.resting].includes(document.activeElement)) return
    last.since ??= performance.now()
    if (performance.now() - last.since > PATIENCE) { own.last = null; return }
    const instead = Object.entries(own.instead)
    const [, container] = instead.find(([start]) => last.keys[0]?.startsWith(`st-key-${start}`)) ?? []
    const keys = [...last.keys, ...(container ? [`st-key-${container}`] : [])]
    const places = keys.map(placeOf).filter((place) => place && choicesIn(place).length)
    for (const place of places) {
      const choices = choicesIn(place)
      const same = choices.find((each) => !each.disabled && each.dataset.testid === last.kind)
      const to = same ?? (choices[0].disabled ? null : choices[0])
      if (to) { own.resting = null; to.focus({ preventScroll: true }); return }
    }
    const rest = places.at(-1) // until its first button can be pressed
    if (!rest || document.activeElement === rest) return
    own.resting = rest
    rest.tabIndex = -1
    rest.focus({ preventScroll: true })
  }
  const note = (node) => { own.last = { node, kind: node.dataset.testid, keys: keysAround(node) } }
  if (document.activeElement !== document.body) note(document.activeElement)
  document.addEventListener("focusin", ({ target }) => { if (target !== own.resting) note(target) })
  // Whoever leaves it themselves, with Escape or by pressing elsewhere, is not called back.
  document.addEventListener("focusout", () => setTimeout(() => {
    if (own.last && !gone(own.last) && document.activeElement === document.body) own.last = null
  }))
  document.addEventListener("pointerdown", () => { own.last = null }, true)
  const seen = { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"] }
  new MutationObserver(check).observe(document.body, seen)
  return own
}

export default function ({ data }) {
  window.imgclsFocus ??= watcher()
  window.imgclsFocus.instead = data.instead
}
