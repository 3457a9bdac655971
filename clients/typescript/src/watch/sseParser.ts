export interface SseFrame {
  id: string;
  event: string;
  data: string;
}

/** Cuts a text stream into frames, wherever the network cut it. Comments and empty frames are left out. */
export class SseParser {
  private rest = "";
  private id = "";
  private event = "";
  private data: string[] = [];

  take(text: string): SseFrame[] {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop()!;
    return lines.flatMap((line) => this.line(line.endsWith("\r") ? line.slice(0, -1) : line));
  }

  private line(line: string): SseFrame[] {
    if (line === "") {
      const frame = { id: this.id, event: this.event || "message", data: this.data.join("\n") };
      const whole = this.data.length > 0;
      this.event = "";
      this.data = [];
      return whole ? [frame] : [];
    }

    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "id") this.id = value;
    else if (field === "event") this.event = value;
    else if (field === "data") this.data.push(value);
    return [];
  }
}
