// The full address of a name of our own, such as "imgcls/plotly.min.js". The app may be served below a path, and a
// proxy may have taken that path off before the server saw it: where Streamlit's program came from is our place, too.
const home = new URL("../../", document.querySelector('script[src*="static/js/"]').src)
export const served = (name) => new URL(name, home).href
