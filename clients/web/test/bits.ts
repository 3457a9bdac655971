/** Pieces of markdown that mean something else beside one another. */
export const bits = [
  "A line.", "Two\nlines with *stress* and `code`.", "a  \nhard break", "**bold", "*open", "`tick", "[link](http://a.test)", "<http://a.test/x>", "www.a.test and a@a.test",
  "# Heading", "### Third ###", "Setext\n===", "Setext\n---", "===", "---", "***", "- ", "-", "--", "1", "2.", "#", "> ", ">",
  "- one\n- two", "- one\n\n  more of one\n\n- two", "* a\n  * b\n    * c\n\n      deep", "+ plus", "1. first\n2. second", "3) three\n4) four", "10. ten\n11. eleven", "- [ ] open\n- [x] done",
  "- ```js\n  in a list\n  ```\nafter", "- # heading in a list\nafter", "-\n\n  foo", "- a\n\n\n    four", "  two spaces", "    four spaces", "\ttab", "\t- tabbed",
  "> quote\nlazy", "> quote\n\n> another", "> > deep\n> back", "> - a\n> - b\n\ntext", "> ```\n> code\ntext", "> | a | b |\n> |---|---|\n> | 1 | 2 |",
  "```js\nlet a = 1;\n\n- not a list\n```", "```\nnever closed\n", "~~~py\n`x`\n```\n~~~", "````\n```\n````", "``` `x` ```", "```", "~~~", "   ```\n   indented\n   ```", "```a\n\tx\n\n\n```  ",
  "| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 | `4` |", "a | b\n--|--\n1 | 2", "text\n| a |\n|---|\n| 1 |", "| a | b |\n|--", "|---|", "| x |", "| a |\n|:-:|\n\n| not |",
  "[a]: http://a.test \"A\"", "[b]: http://b.test\n\"title\nover lines\"", "[a]: /other", "[c]:\n/u", "[d]: /u\n\"open title", "[a] and [b] and [B][a] and ![c]", "[e\nf]: /ef", "> [q r]: /qr", "[e f] [q\nr] [Q R]", "[a]:", "[x>y]: /xy", "[x>y]",
  "Note[^1] and[^n].", "[^1]: The note.", "[^n]: A note\n\n    with more.\n\n    - and a list", "[^1]: again", "[^z]",
  "$$\nx = y\n$$", "$$ x = y $$", "$$x\n- y\n# z$$", "\\[\n\\frac{a}{b}\n\\]", "\\[ a \\] and", "Text \\(a+b\\) and $c_1$.", "$5 and $10", "\\[\nnever", "$$\nnever\n\n$$", "\\[ a\n\n b \\]", "> $$\n> q\n> $$", "- $$\n  l\n  $$", "$$", "\\]", "text\n\\[\nx\n\\]\nmore",
  "<div>\n**html**\n</div>", "<script>\nalert(1)\n\n</script>", "<!-- never closed", "<br>", "&amp; &copy; &#x41;", "\\* \\# \\`", "line\r\nwindows\r\n", "\r", "\u0000 nul", "日本語 **強調** です。", "مرحبا بالعالم", "🙂‍↔️",
  "", " ", "\n", "\n\n", "  ", "\\", "!", "[", "]", "(", "|", "$", "~~gone~~", "~one~", "_a_b_", "a_b_c", "https://a.test/(x)_y.",
];

/** The same numbers for the same seed. */
export function random(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}
