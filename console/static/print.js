// A button that prints the page; what is marked no-print stays away (console.css).
"use strict";

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
