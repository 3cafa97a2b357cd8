// The page of a callback looks for news by itself, and tells a screen reader what has changed.
(() => {
  const main = document.querySelector("main");
  let shown = main.innerHTML;

  function later() {
    if (main.dataset.every) setTimeout(look, main.dataset.every * 1000);
  }

  async function look() {
    try {
      if (!document.hidden) await compare();
    } catch {
      // Not reached this time.
    }
    later();
  }

  async function compare() {
    const answer = await fetch(location.href, { credentials: "omit", cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("main");
    if (!answer.ok || next.innerHTML === shown) return;
    shown = next.innerHTML;
    const focused = main.contains(document.activeElement);
    main.dataset.every = next.dataset.every ?? "";
    main.replaceChildren(...next.childNodes);
    document.title = page.title;
    document.querySelector("[role=status]").textContent = page.title;
    if (focused) main.querySelector("h1").focus();
  }

  later();
})();
