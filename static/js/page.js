// Every page: a refused htmx request says so in #problem and leaves the form as it was.
document.addEventListener("htmx:after:request", () => {
  const problem = document.getElementById("problem")
  if (problem?.firstElementChild) problem.scrollIntoView({ block: "nearest" })
})
