// A search that answers while one types. Without it, the form's button does the same.
"use strict";

const WAIT_MS = 180;
const form = document.querySelector("form[data-results]");
const field = form.querySelector("input[type=search]");
const results = document.getElementById("results");
let waiting = 0;
let asked = null;

async function show_results() {
  asked?.abort();
  asked = new AbortController();
  const query = new URLSearchParams({ q: field.value.trim() });
  try {
    const answer = await fetch(`${form.dataset.results}?${query}`, { signal: asked.signal });
    if (answer.redirected || !answer.ok) return form.requestSubmit(); // the session has ended, or the page says what is wrong
    results.innerHTML = await answer.text();
    history.replaceState(null, "", field.value.trim() ? `?${query}` : location.pathname);
  } catch (error) {
    if (error.name !== "AbortError") results.setAttribute("data-stale", "");
  }
}

field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show_results, WAIT_MS);
});
if (field.value.trim() !== field.defaultValue.trim()) show_results(); // typed before this script had come
