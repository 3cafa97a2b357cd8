// A card closes by itself: what it shows is gone from the screen when the server would no longer show it.
const card = document.querySelector("[data-closes-at]");
if (card) {
  const closed = () => location.replace(card.dataset.closed);
  const left = Number(card.dataset.closesAt) - Date.now();
  setTimeout(closed, Math.max(0, left));
  // A browser that was asleep, or shows the page again from its memory.
  addEventListener("pageshow", () => { if (Date.now() >= Number(card.dataset.closesAt)) closed(); });
}
