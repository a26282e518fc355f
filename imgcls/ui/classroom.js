// A class in the browser (see classroom.py): join, follow, lead, present. Of Streamlit it changes the page's address
// alone; all that it shows stands outside of Streamlit's elements.
(() => {
  const home = new URL("../", document.currentScript.src)
  const MEMBER = "imgcls-class" // in this browser's memory: that it is in a class; who it is, only the cookie knows
  const HALL = "imgcls-hall" // the address that students open: this machine's in the hall, or what the teacher typed
  const isThisMachine = /^(localhost|127\.|\[::1\])/.test(home.hostname)
  const state = { news: null, stream: null, alone: false, touched: false, told: "" }

  // --- the page's address, from the app's first page on: what the class is led to
  const place = () => location.pathname.slice(home.pathname.length) + location.search
  const parts = (text) => {
    const [path, query = ""] = text.split("?")
    return path + "?" + [...new URLSearchParams(query)].map((pair) => pair.join("=")).sort().join("&")
  }
  const same = (one, other) => parts(one) === parts(other)
  const pushed = history.pushState.bind(history)
  for (const name of ["pushState", "replaceState"]) {
    const before = history[name].bind(history)
    history[name] = (...given) => { before(...given); moved() }
  }
  addEventListener("popstate", () => moved())

  function go(to) {
    state.touched = false
    if (same(place(), to)) return
    pushed({}, "", new URL(to, home))
    dispatchEvent(new PopStateEvent("popstate", { state: {} }))
  }

  // --- what the server is asked and tells
  async function ask(action, question = {}) {
    const headers = { "Content-Type": "application/json" }
    const answer = await fetch(new URL(`imgcls/class/${action}`, home), {
      method: "POST", body: JSON.stringify(question), headers, signal: AbortSignal.timeout(15000),
    })
    if (answer.status !== 200) throw new Error(await answer.text())
    return answer.json()
  }

  function listen() {
    state.stream?.close()
    state.stream = new EventSource(new URL("imgcls/class/events", home))
    state.stream.onmessage = ({ data }) => hear(JSON.parse(data))
  }

  function hear(news) {
    const before = state.news
    if (news.ended) return gone(before && !before.teacher ? "The class has ended." : "")
    state.news = news
    // After a reload the teacher's screen shows what it shows: the class follows it, not the other way round.
    if (!news.teacher && !state.alone && news.place !== before?.place) go(news.place)
    if (news.teacher && !before) lead()
    draw()
    if (news.teacher && before && news.place !== before.place && !same(news.place, place())) go(news.place)
  }

  function gone(words) {
    state.stream?.close()
    Object.assign(state, { news: null, stream: null, alone: false })
    localStorage.removeItem(MEMBER)
    draw(words)
  }

  // --- moving: the teacher leads, a student who goes elsewhere is on their own
  let settling
  function moved() {
    if (!state.news) return
    clearTimeout(settling) // a page writes its settings in several steps
    settling = setTimeout(state.news.teacher ? lead : stand, state.news.teacher ? 120 : 600)
  }

  function lead() {
    const here = place()
    if (same(here, state.news?.place ?? here) || here === state.told) return
    state.told = here
    ask("lead", { place: here }).catch(() => { state.told = "" })
  }

  function stand() {
    if (!state.news || state.news.teacher) return
    const away = !same(place(), state.news.place)
    // A page that is led somewhere may write its own address a little differently: only a hand leaves the path.
    if (away && state.touched) state.alone = true
    else if (!away) state.alone = false
    ask("stand", { place: place(), alone: state.alone }).catch(() => {})
    draw()
  }
  for (const kind of ["pointerdown", "keydown"]) {
    addEventListener(kind, ({ target, isTrusted }) => {
      if (isTrusted && !target.closest?.("#imgcls-class, #imgcls-class-dialog")) state.touched = true
    }, true)
  }

  function back() {
    state.alone = false
    go(state.news.place)
    ask("stand", { place: state.news.place, alone: false }).catch(() => {})
    draw()
  }

  // --- presenting: larger, and nothing but the lesson
  const presents = () => document.documentElement.classList.contains("imgcls-presents")
  function present(on) {
    document.documentElement.classList.toggle("imgcls-presents", on)
    sessionStorage.setItem("imgcls-presents", on ? "1" : "")
    dispatchEvent(new Event("resize"))
    draw()
  }

  addEventListener("keydown", (event) => {
    const typing = event.composedPath()[0].closest?.("input, textarea, select, [contenteditable], [role=slider]")
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === "P" && event.shiftKey) present(!presents())
    else if (event.key === "b" && state.alone) back()
    else return
    event.preventDefault()
  })

  // --- what is shown
  const make = (tag, parent, text = "", attributes = {}) => {
    const element = document.createElement(tag)
    element.textContent = text
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
    parent?.append(element)
    return element
  }
  const button = (parent, text, press) => {
    const made = make("button", parent, text, { type: "button" })
    made.onclick = press
    return made
  }
  let bar = null, drawn = ""

  function draw(farewell = "") {
    const { news, alone } = state
    const shown = JSON.stringify([news, alone, presents(), farewell])
    if (shown === drawn) return
    drawn = shown
    document.documentElement.classList.toggle("imgcls-in-class", Boolean(news))
    veil(Boolean(news && !news.teacher && news.paused))
    const held = bar?.contains(document.activeElement) ? document.activeElement.textContent : null
    bar?.remove()
    bar = null
    if (!news && !farewell) return
    bar = make("section", document.body, "", { id: "imgcls-class", "aria-label": "Class" })
    const says = make("span", bar, "", { role: "status" })
    if (!news) {
      says.textContent = farewell
      button(bar, "Close", () => draw())
      return
    }
    const here = `${news.count} ${news.count === 1 ? "student" : "students"}`
    if (news.teacher) {
      says.textContent = `Class ${news.code} · ${here}` + (news.count ? `, ${news.following} with you` : "")
      button(bar, "Invite", openTeacher)
      button(bar, news.paused ? "Go on" : "Eyes to the front", () => ask("pause", { paused: !news.paused }))
      button(bar, presents() ? "Stop presenting" : "Present", () => present(!presents()))
    } else {
      says.textContent = `Class ${news.code} · ${here} · you are ${news.you}`
      if (alone) button(bar, "On your own: back to the class (B)", back).className = "main"
      button(bar, "Leave", () => ask("leave").then(() => gone("")))
    }
    if (held) [...bar.querySelectorAll("button")].find((each) => each.textContent === held)?.focus()
  }

  function veil(on) {
    const there = document.getElementById("imgcls-veil")
    if (!on) return there?.remove()
    if (there) return
    make("p", make("div", document.body, "", { id: "imgcls-veil", role: "alert" }), "Eyes to the front")
  }

  function dialog(title) {
    document.getElementById("imgcls-class-dialog")?.remove()
    const box = make("dialog", document.body, "", { id: "imgcls-class-dialog", "aria-label": title })
    make("h2", box, title)
    box.onclose = () => box.remove()
    box.onclick = (event) => { if (event.target === box) box.close() }
    box.showModal()
    return box
  }

  const refusal = (box) => {
    const line = box.querySelector(".refusal") ?? make("p", box, "", { class: "refusal", role: "alert" })
    return (trouble) => { line.textContent = trouble.message }
  }

  function openDoor() {
    if (state.news?.teacher) return openTeacher()
    const box = dialog("Class")
    const form = make("form", box)
    const label = make("label", form, "The code on the teacher's screen")
    const field = make("input", label, "", { maxlength: "9", autocomplete: "off", autocapitalize: "characters" })
    make("button", form, "Join", { class: "main" })
    form.onsubmit = (event) => {
      event.preventDefault()
      join(field.value).then(() => box.close(), refusal(box))
    }
    make("p", box, "Nobody asks for your name: you get one by lot. Your photo stays yours. The class goes where the " +
      "teacher goes; you can look around on your own and come back with one key.")
    const begin = () => ask("begin", { place: place() }).then(entered).then(() => openTeacher(), refusal(box))
    button(box, "Start a class as its teacher", begin)
    field.focus()
  }

  async function join(code) {
    const answer = await ask("join", { code })
    state.alone = false
    await entered(answer)
  }

  async function entered(answer) {
    if (answer.hall && isThisMachine) localStorage.setItem(HALL, answer.hall)
    state.news = null
    localStorage.setItem(MEMBER, "1")
    listen()
    while (!state.news) await new Promise((ready) => setTimeout(ready, 50))
  }

  const inviting = () => localStorage.getItem(HALL) || home.href

  function openTeacher() {
    const { code } = state.news
    const box = dialog("Invite the class")
    const columns = make("div", box, "", { class: "columns" })
    const picture = make("img", columns, "", { class: "qr" })
    const side = make("div", columns)
    make("p", side, "Scan, or open", { class: "small" })
    const shown = make("p", side, "", { class: "address" })
    make("p", side, "and join the class", { class: "small" })
    make("p", side, code, { class: "code", "aria-label": [...code].join(" ") })
    const show = (address) => {
      const text = new URL(address)
      text.searchParams.set("class", code)
      const source = new URL("imgcls/class/code.svg", home)
      source.searchParams.set("text", text.href)
      picture.src = source
      picture.alt = `QR code of ${text.href}`
      shown.textContent = address.replace(/^https?:\/\//, "").replace(/\/$/, "")
    }
    show(inviting())
    const more = make("details", box)
    make("summary", more, "Another address, a second device, the end")
    const label = make("label", more, "The address that students open")
    const field = make("input", label, "", { value: inviting(), type: "url", autocomplete: "off" })
    const change = refusal(more)
    field.onchange = () => {
      try {
        show(new URL(field.value).href)
        localStorage.setItem(HALL, field.value)
        change({ message: "" })
      } catch { change({ message: "This is no address. It begins with http:// or https://." }) }
    }
    button(more, "Use this phone too: a QR that makes it the teacher's", async () => {
      const { key } = await ask("hand")
      const text = new URL(inviting())
      text.searchParams.set("teach", key)
      const source = new URL("imgcls/class/code.svg", home)
      source.searchParams.set("text", text.href)
      picture.src = source
      picture.alt = "QR code that makes one more device the teacher's, once, for five minutes"
      shown.textContent = "for the teacher's second device only"
    })
    others(more)
    const end = button(more, "End the class for everyone", () => {
      if (end.dataset.sure) return ask("end").then(() => { box.close(); gone("") })
      end.dataset.sure = "1"
      end.textContent = "Really end it? Nothing of it is kept"
    })
    button(box, "Close", () => box.close()).className = "main"
  }

  // Who is somewhere else: a press takes the teacher, and so the class, to the same picture, without anybody's photo.
  function others(box) {
    const { alone } = state.news
    if (!alone?.length) return
    make("p", box, "On their own. Show everybody what one of them has set (not their photo):")
    const list = make("div", box, "", { class: "others" })
    for (const each of alone.slice(0, 40)) {
      const lesson = each.place.split("?")[0] || "home"
      button(list, `${each.name}: ${lesson}`, () => { box.closest("dialog").close(); go(each.place); lead() })
    }
  }

  // --- the beginning
  document.addEventListener("click", (event) => { if (event.target.closest?.(".imgcls-class-door")) openDoor() })
  const query = new URLSearchParams(location.search)
  const [code, key] = [query.get("class"), query.get("teach")]
  if (query.has("present") || sessionStorage.getItem("imgcls-presents")) present(true)
  for (const name of ["class", "teach", "present"]) query.delete(name)
  const clean = location.pathname + (query.size ? `?${query}` : "") + location.hash
  if (clean !== location.pathname + location.search + location.hash) history.replaceState(history.state, "", clean)
  const say = (trouble) => refusal(dialog("Class"))(trouble)
  if (code) whenReady(() => join(code).catch(say))
  else if (key) whenReady(() => ask("take", { key }).then(entered).catch(say))
  else if (localStorage.getItem(MEMBER)) whenReady(listen)

  // Streamlit listens to addresses once its page stands.
  function whenReady(act) {
    const app = document.querySelector("[data-testid=stApp]")
    if (app?.dataset.testScriptState === "notRunning" && document.querySelector("h1")) return act()
    setTimeout(() => whenReady(act), 100)
  }
})()
