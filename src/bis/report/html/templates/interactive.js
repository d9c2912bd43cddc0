const formatLocale = JSON.parse(document.getElementById("number-format").textContent);
for (const given of document.querySelectorAll("script.specification")) {
  const place = given.parentElement.querySelector(".picture [role=img]");
  const drawing = document.createElement("div");
  vegaEmbed(drawing, JSON.parse(given.textContent), { actions: false, renderer: "svg", formatLocale })
    .then(() => place.replaceChildren(drawing))
    .catch(() => {});
}
