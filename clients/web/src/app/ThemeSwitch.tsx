import { setTheme, themes, useTheme, type Theme } from "./theme.ts";

const names: Record<Theme, string> = { system: "Same as system", light: "Light", dark: "Dark" };
const marks: Record<Theme, React.ReactNode> = {
  system: <path d="M2.5 3.5h11v7.5h-11zM6 13.5h4" />,
  light: <path d="M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM8 1.6v1M8 13.4v1M1.6 8h1M13.4 8h1M3.5 3.5l.7.7M11.8 11.8l.7.7M12.5 3.5l-.7.7M4.2 11.8l-.7.7" />,
  dark: <path d="M13.2 9.6A5.6 5.6 0 1 1 6.4 2.8a4.4 4.4 0 0 0 6.8 6.8Z" />,
};

/** Light, dark, or what the system says. */
export function ThemeSwitch() {
  const theme = useTheme();
  return (
    <fieldset className="themes">
      <legend className="unseen">Theme</legend>
      {themes.map((t) => (
        <label key={t} title={names[t]}>
          <input type="radio" name="theme" aria-label={names[t]} checked={theme === t} onChange={() => setTheme(t)} />
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round">{marks[t]}</svg>
        </label>
      ))}
    </fieldset>
  );
}
