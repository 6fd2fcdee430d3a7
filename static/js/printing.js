// A page made for paper: one button prints it. Without this the browser's own menu does.
{
  const button = document.getElementById("print")
  button.hidden = false
  button.addEventListener("click", () => print())
}
