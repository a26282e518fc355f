// Stands in front of Streamlit's program on every page (see document.py) and does what nothing inside the page can do.
(() => {
  const home = new URL("../", document.currentScript.src)
  const app = () => document.querySelector("[data-testid=stApp]")
  const connected = () => app()?.dataset.testConnectionState === "CONNECTED"
  const idle = () => connected() && app().dataset.testScriptState === "notRunning"

  translatable()
  oneEntryEach()
  const notice = noticeboard()
  const files = fileKeeper()
  const connection = watchman()
  const life = reviver()
  setInterval(() => { connection(); files(); life() }, 250)

  // A browser's translator takes text out of the page and puts <font> elements in its place; React goes on with the
  // text that it made. Without help it then crashes ("removeChild"), or changes text that nobody sees. So React's
  // text is
  // remembered by the element that stands in for it: what is done to the one is done to the other.
  function translatable() {
    const { removeChild, insertBefore } = Node.prototype
    const standIns = new WeakMap()
    const childOf = (parent, node) => {
      while (node && node.parentNode !== parent) node = node.parentNode
      return node
    }
    const inPlaceOf = (parent, node) => childOf(parent, node) ?? childOf(parent, standIns.get(node))
    Node.prototype.removeChild = function (child) {
      if (!(child instanceof Node) || child.parentNode === this) return removeChild.call(this, child)
      const there = inPlaceOf(this, child)
      if (there) removeChild.call(this, there)
      return child
    }
    Node.prototype.insertBefore = function (node, next) {
      const moved = next instanceof Node && next.parentNode !== this
      return insertBefore.call(this, node, moved ? inPlaceOf(this, next) ?? null : next)
    }
    // New words for a text that is not on the page: it comes back, and the translator finds it.
    const texts = new MutationObserver((changes) => {
      for (const { target } of changes) {
        const standIn = standIns.get(target)
        if (!target.isConnected && standIn?.isConnected) standIn.replaceWith(target)
      }
    })
    const isStandIn = (node) => node?.nodeName === "FONT"
    new MutationObserver((changes) => {
      for (const { addedNodes, removedNodes, previousSibling, nextSibling } of changes) {
        for (const node of addedNodes) keepFromTranslation(node)
        const standIn = [...addedNodes, previousSibling, nextSibling].find(isStandIn)
        for (const node of standIn ? removedNodes : []) {
          if (node.nodeType !== Node.TEXT_NODE || node.isConnected) continue
          standIns.set(node, standIn)
          texts.observe(node, { characterData: true })
        }
      }
    }).observe(document, { childList: true, subtree: true })
  }

  function keepFromTranslation(node) {
    if (node.nodeType !== Node.ELEMENT_NODE) return
    if (node.matches("code, .katex")) node.translate = false
    else for (const part of node.querySelectorAll("code, .katex")) part.translate = false
  }

  // Back undoes one thing that a hand did, and leads away from a lesson that was only looked at. Streamlit's program
  // changes the address several times for one choice, puts a choice in the place of the state before, and makes an
  // entry of its own of what a script writes. Here the first change of a page's query after each press of a hand makes
  // an entry, and whatever follows by itself changes that one. Our own calls say so ({ ours: true }), and stay as they
  // are.
  function oneEntryEach() {
    const push = history.pushState.bind(history), replace = history.replaceState.bind(history)
    let pressed = false
    const press = () => { pressed = true }
    addEventListener("pointerdown", press, true)
    addEventListener("keydown", press, true)
    addEventListener("click", ({ detail }) => { if (detail === 0) press() }, true) // without a pointer
    addEventListener("popstate", () => { pressed = false }, true)
    const change = (theirs) => (state, title, url) => {
      const { pathname, search } = new URL(url ?? location.href, location.href)
      const moves = pathname !== location.pathname || search !== location.search
      const own = state?.ours || !moves || pathname !== location.pathname
      const does = own ? theirs : pressed ? push : replace
      if (moves) pressed = false
      return does(state, title, url)
    }
    history.pushState = change(push)
    history.replaceState = change(replace)
  }

  // One sentence of ours on the page; each `topic` has its own, "" for none, and what a file needs goes first.
  // `whole`: in place of the grey bars of a page that cannot appear.
  function noticeboard() {
    const sentences = { file: "", connection: "" }
    let box = null
    return (topic, words, whole = false) => {
      sentences[topic] = words
      const sentence = sentences.file || sentences.connection
      if ((box?.textContent ?? "") === sentence) return
      const bars = document.querySelectorAll("[data-testid=stAppSkeleton]")
      for (const bar of bars) bar.style.visibility = whole ? "hidden" : ""
      box?.remove()
      box = null
      if (!sentence) return
      box = document.createElement("p")
      box.id = "imgcls-notice"
      box.setAttribute("role", "alert")
      box.textContent = sentence
      box.style.cssText = `position: fixed; z-index: 1000000; left: 50%; ${whole ? "top: 30%" : "bottom: 1rem"};
        transform: translateX(-50%); box-sizing: border-box; width: min(36rem, 100vw - 2rem); margin: 0;
        padding: 0.9rem 1.1rem; border-radius: 8px; border: 1px solid #7d848f; background: #1c2430; color: #fff;
        font: 1.05rem/1.45 system-ui, sans-serif`
      document.body.append(box)
    }
  }

  // Where Streamlit's program falls over what it is sent, React takes the whole page away and leaves it white. A reload
  // finds the photo, the settings and a training again; but not over and over.
  function reviver() {
    const AGAIN = 20000, KEY = "imgcls-revived" // ms, and when it was last done
    let lived = false
    return () => {
      const filled = document.getElementById("root")?.childElementCount > 0
      lived ||= filled && Boolean(app())
      if (filled || !lived || Date.now() - Number(sessionStorage.getItem(KEY)) < AGAIN) return
      sessionStorage.setItem(KEY, Date.now())
      location.reload()
    }
  }

  // Streamlit draws grey bars for as long as it has no WebSocket. After some seconds say what is missing.
  function watchman() {
    const PATIENCE = 8000, STEADY = 2000 // ms; a proxy may let a WebSocket in and end it at once
    let begun = false, away = null, steady = null, said = false
    return async () => {
      if (!app() || document.hidden) { away = steady = null; return }
      const now = Date.now()
      steady = connected() ? steady ?? now : null
      away ??= now
      if (steady !== null && now - steady >= STEADY) {
        begun = true
        away = null
        if (said) notice("connection", "")
        said = false
      } else if (steady === null && !said && now - away >= PATIENCE) {
        said = true
        const gone = "The connection to the server is gone. This page goes on by itself when it is back."
        const words = begun ? gone : await missing()
        if (said) notice("connection", words, !begun)
      }
    }
  }

  async function missing() {
    try {
      const how = { cache: "no-store", signal: AbortSignal.timeout(5000) }
      const answer = await fetch(new URL("_stcore/health", home), how)
      if ((await answer.text()) === "ok") {
        return `This page reaches ${home.host} but cannot open a WebSocket to it: something on the way, such as a ` +
          "proxy, a web filter or an antivirus program, blocks it. Ask whoever looks after the network to allow " +
          "WebSockets to that address."
      }
    } catch {} // no answer at all
    return `The server at ${home.host} does not answer. Is this device in the right network? Ask whoever started the ` +
      "app whether it is still running."
  }

  // Streamlit forgets, without a word, a file that is chosen or sent while the connection breaks; a phone's does so
  // while its file chooser covers the page. So the file is kept until it has arrived, and chosen again when the page
  // is back.
  function fileKeeper() {
    const CALM = 4, TRIES = 2, LONGEST = 480 // in calls, four a second
    let held = null, again = false, until = 0
    const keyOf = (input) => input.closest("[class*=st-key-]")?.className.match(/st-key-(\S+)/)[1] ?? ""
    const UPLOADER = "[data-testid=stFileUploader]"
    const inputs = () => [...document.querySelectorAll(`${UPLOADER} input[type=file]`)]
    const stem = (key) => key.replace(/\d+$/, "") // an uploader that has taken its file gives way to the next number
    const chips = (input) => [...input.closest(UPLOADER).querySelectorAll("[data-testid=stFileChip]")]
    const failed = (chip) => /Network Error|Connection lost|status code (400|5\d\d)/.test(chip.textContent)

    const hold = (input, files) => {
      if (again || !input || !files.length) return
      held = { key: keyOf(input), files: [...files], page: location.pathname, cut: false, calm: 0, calls: 0, tries: 0 }
      held.what = files.length > 1 ? "files" : "file"
      until = 0
    }
    document.addEventListener("change", ({ target }) => {
      if (inputs().includes(target)) hold(target, target.files)
    }, true)
    document.addEventListener("drop", ({ target, dataTransfer }) => {
      hold(target.closest?.(UPLOADER)?.querySelector("input[type=file]"), dataTransfer?.files ?? [])
    }, true)

    const choose = (input) => {
      const broken = chips(input).filter(failed)
      for (const chip of broken) chip.querySelector("[data-testid=stFileChipDeleteBtn] button")?.click()
      const data = new DataTransfer()
      for (const file of held.files) data.items.add(file)
      input.files = data.files
      again = true
      input.dispatchEvent(new Event("change", { bubbles: true }))
      again = false
    }
    const end = (words = "") => {
      held = null
      notice("file", words)
      until = words ? Date.now() + 15_000 : 0
    }
    return () => {
      if (until && Date.now() > until) end()
      if (!held) return
      if (held.page !== location.pathname || held.calls > LONGEST) return end()
      if (!connected()) {
        Object.assign(held, { cut: true, calm: 0 })
        return notice("file", `The connection is away. Your ${held.what} will go in as soon as it is back.`)
      }
      held.calls++
      held.calm = idle() ? held.calm + 1 : 0
      if (held.calm < CALM) return
      const input = inputs().find((one) => keyOf(one) === held.key)
      const replaced = inputs().some((one) => stem(keyOf(one)) === stem(held.key))
      if (!input && (replaced || held.tries || !held.cut)) return end()
      const shown = input ? chips(input) : []
      if (shown.some((chip) => chip.textContent.includes("status code 413"))) {
        return end("A proxy on the way refuses files of this size (413): whoever runs it can raise its limit.")
      }
      if (shown.some(failed)) held.cut = true
      if (shown.some((chip) => chip.querySelector("[aria-label^='Cancel upload']"))) { held.calm = 0; return }
      const there = shown.some((chip) => !failed(chip))
      if (there && (input.multiple || !held.cut)) return end()
      if (!held.cut) return // quiet, but nothing has come: perhaps the connection is dead and nobody knows yet
      if (!input || held.tries === TRIES) {
        const [it, is] = held.files.length > 1 ? ["them", "they are"] : ["it", "it is"]
        return end(`The connection was away when you chose your ${held.what}. If ${is} not here, choose ${it} again.`)
      }
      held.tries++
      held.calm = 0
      choose(input)
    }
  }
})()
