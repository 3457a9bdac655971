/** Languages as people write them, by what models call them. */
const Names: Record<string, string> = {
  bash: "Bash", sh: "Shell", shell: "Shell", zsh: "Shell", console: "Console", c: "C", cpp: "C++", "c++": "C++", cs: "C#", csharp: "C#", "c#": "C#", css: "CSS", diff: "Diff", patch: "Diff",
  dockerfile: "Dockerfile", docker: "Dockerfile", fs: "F#", fsharp: "F#", "f#": "F#", go: "Go", golang: "Go", graphql: "GraphQL", html: "HTML", http: "HTTP", ini: "INI", java: "Java", javascript: "JavaScript",
  js: "JavaScript", jsx: "JSX", json: "JSON", jsonc: "JSON", kotlin: "Kotlin", kt: "Kotlin", lua: "Lua", make: "Makefile", makefile: "Makefile", markdown: "Markdown", md: "Markdown", mermaid: "Mermaid", nginx: "nginx",
  php: "PHP", plaintext: "text", text: "text", txt: "text", powershell: "PowerShell", ps1: "PowerShell", protobuf: "Protocol Buffers", proto: "Protocol Buffers", python: "Python", py: "Python", r: "R", ruby: "Ruby", rb: "Ruby",
  rust: "Rust", rs: "Rust", scala: "Scala", scss: "SCSS", sql: "SQL", swift: "Swift", toml: "TOML", ts: "TypeScript", tsx: "TSX", typescript: "TypeScript", vb: "Visual Basic", xml: "XML", yaml: "YAML", yml: "YAML",
};

export const labelOf = (language?: string): string | undefined => (language ? Names[language.toLowerCase()] ?? language.slice(0, 30) : undefined);
