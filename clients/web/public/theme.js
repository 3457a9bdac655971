// Runs before anything is drawn, so that a theme that somebody chose does not flash. See src/app/theme.ts.
try {
  const theme = localStorage.getItem("orleans-agents.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing: the system decides.
}
