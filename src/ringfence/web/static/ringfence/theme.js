// Runs before the page is drawn, so that a chosen theme never flashes; and says whether single keys act.
{
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
  if (localStorage.getItem("keys") === "off") document.documentElement.dataset.keys = "off";
}
