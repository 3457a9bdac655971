import { existsSync, readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { extname, join } from "node:path";

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

/** Serves a build of the page from its folder, and passes everything else to the service. */
export class PageServer {
  constructor(folder, service) {
    const target = new URL(service);
    const pass = (incoming) => ({ host: target.hostname, port: target.port, path: incoming.url, method: incoming.method, headers: { ...incoming.headers, host: target.host, ...(incoming.headers.origin ? { origin: target.origin } : {}) } });
    this.server = createServer((incoming, outgoing) => {
      const path = incoming.url.split("?")[0];
      const file = join(folder, path === "/" ? "index.html" : path);
      if (incoming.method === "GET" && existsSync(file) && types[extname(file)]) {
        outgoing.setHeader("Content-Type", types[extname(file)]);
        return outgoing.end(readFileSync(file));
      }
      const passed = request(pass(incoming), (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
      });
      passed.on("error", () => outgoing.destroy());
      outgoing.on("close", () => passed.destroy());
      incoming.pipe(passed);
    });
    this.server.on("upgrade", (incoming, socket) => {
      const passed = request(pass(incoming));
      passed.on("upgrade", (answer, other) => {
        socket.write(`HTTP/1.1 101 Switching Protocols\r\n${Object.entries(answer.headers).map(([k, v]) => `${k}: ${v}`).join("\r\n")}\r\n\r\n`);
        other.pipe(socket).pipe(other);
        for (const end of [socket, other]) end.on("error", () => { socket.destroy(); other.destroy(); });
      });
      passed.on("error", () => socket.destroy());
      passed.end();
    });
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
