// Sets the remembered theme before the first paint. A file of its own, because the content security
// policy allows no inline script.
(function () {
  var scheme = "dark";
  try {
    var stored = localStorage.getItem("afterglow.theme");
    if (stored === "light" || stored === "dark") scheme = stored;
    if (stored === "auto") scheme = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  } catch {
    // Storage is blocked: the default stands.
  }
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
})();
