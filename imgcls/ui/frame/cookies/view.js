// Sent with the opening of Streamlit's WebSocket alone: no other request carries it.
import { served } from "../../js/served.js"

export default function ({ data: { cookies } }) {
  const { pathname } = new URL(served("_stcore/stream"))
  for (const [name, words] of Object.entries(cookies)) {
    const life = words.length ? 365 * 24 * 3600 : 0
    document.cookie = `${name}=${words.join(".")}; path=${pathname}; max-age=${life}; samesite=lax`
  }
}
