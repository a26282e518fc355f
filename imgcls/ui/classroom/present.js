// Presenting: larger, and nothing but the lesson; the stations of the hour, and a blank screen.
import { make } from "./build.js"
import { qr } from "./server.js"

const KEY = "imgcls-presents"
export const presents = () => document.documentElement.classList.contains(KEY)

export function present(on) {
  document.documentElement.classList.toggle(KEY, on)
  sessionStorage.setItem(KEY, on ? "1" : "")
  dispatchEvent(new Event("resize"))
  dispatchEvent(new Event("imgcls-presents"))
}

// Nothing but black, as a clicker's blank key asks for; any key, and a click, brings the lesson back.
export function blank() {
  const curtain = make("div", document.body, "", { id: "imgcls-blank", role: "alert", tabindex: "-1" })
  make("p", curtain, "The screen is blank. Press any key.")
  const lift = (event) => {
    event.preventDefault()
    event.stopPropagation()
    curtain.remove()
    removeEventListener("keydown", lift, true)
  }
  addEventListener("keydown", lift, true)
  curtain.onclick = lift
  curtain.focus()
}

// While presenting, latecomers find the class's address in a corner.
export function corner(address) {
  let picture = document.getElementById("imgcls-corner")
  if (!address) return picture?.remove()
  picture ??= make("img", document.body, "", { id: "imgcls-corner" })
  const source = qr(address).href
  if (picture.src !== source) Object.assign(picture, { src: source, alt: `QR code of ${address}` })
}
