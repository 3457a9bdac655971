import { createServer } from "node:http";

/** Speaks the wire of an OpenAI-compatible model; each request gets the next answer of a script. */
export class ModelServer {
  constructor() {
    this.requests = [];
    this.answers = [];
    this.server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      this.requests.push(JSON.parse(body));
      const answer = this.answers.shift() ?? { text: "I have nothing to say." };
      if (answer.status) {
        response.writeHead(answer.status, { "Content-Type": "application/json" });
        return response.end(JSON.stringify({ error: { message: answer.message ?? "Not at the moment.", type: "server_error" } }));
      }
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      const send = (delta, finish = null, usage) => response.write(`data: ${JSON.stringify({
        id: "x", object: "chat.completion.chunk", created: 1, model: "scripted", choices: usage ? [] : [{ index: 0, delta, finish_reason: finish }], ...(usage ? { usage } : {}),
      })}\n\n`);
      const calls = answer.calls ?? (answer.tool ? [answer] : []);
      if (calls.length > 0) {
        calls.forEach((call, index) => send({ role: "assistant", tool_calls: [{
          index, id: `call_${this.requests.length}_${index}`, type: "function", function: { name: call.tool, arguments: JSON.stringify(call.arguments) },
        }] }));
        send({}, "tool_calls");
      } else {
        for (const piece of answer.text.match(/[\s\S]{1,24}/g)) {
          send({ content: piece });
          if (answer.pace) await new Promise((resolve) => setTimeout(resolve, answer.pace));
        }
        send({}, "stop");
      }
      send({}, null, answer.usage ?? { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 });
      response.end("data: [DONE]\n\n");
    });
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}/v1`;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
