import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** Serves the files of a folder and nothing else: whatever the page wants of the service it must ask the service itself. */
export async function serve(folder) {
  const server = createServer(({ url }, answer) => {
    const path = url === "/" ? "index.html" : url.split("?")[0];
    const file = join(folder, path);
    if (!types[extname(file)] || !existsSync(file)) return answer.writeHead(404).end();
    answer.setHeader("Content-Type", types[extname(file)]);
    answer.end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
