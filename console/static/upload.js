// Uploads a sound as soon as it is dropped or picked, with a progress bar, then follows the address in the answer.
"use strict";

const form = document.querySelector("form[data-upload]");
const refused = document.querySelector("[data-refused]");

function send(sound, name) {
  const bar = form.querySelector("progress");
  const body = new FormData(form);
  body.set("file", sound, name);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", body.get("csrf_token"));
  request.responseType = "json";
  request.upload.onprogress = (event) => { bar.value = 100 * event.loaded / event.total; };
  request.onload = () => {
    if (request.response?.goto) location.assign(request.response.goto);
    else refuse(request.status === 413 ? form.dataset.large : request.response?.error);
  };
  request.onerror = () => refuse();
  refused.hidden = true;
  bar.hidden = false;
  request.send(body);
}

function refuse(sentence) {
  form.querySelector("progress").hidden = true;
  form.querySelector("input[type=file]").value = "";
  refused.textContent = sentence || form.dataset.failed;
  refused.hidden = false;
}

form.querySelector("[data-without-script]").hidden = true;
form.querySelector("input[type=file]").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) send(file, file.name);
});
for (const kind of ["dragenter", "dragover"]) {
  form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
}
for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, () => form.classList.remove("over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file) send(file, file.name);
});
document.addEventListener("recorded", (event) => send(event.detail, "micro"));
