/** What mends a fault of a model, by its code: who runs the service can do it, and the run then goes on. */
const Mending: Record<string, string> = {
  unauthorized: "Set a key that the provider accepts.",
  forbidden: "Let the key use this model, or set another.",
  insufficient_quota: "Raise the account's limit or pay its bill.",
  model_not_found: "Correct the model's name in the settings.",
  rate_limited: "No action is needed: the provider allows more requests after a while.",
  server_error: "Nothing can be done here: the provider has a fault of its own.",
  unreachable: "Check the model's address and the network between.",
  timeout: "No action is needed, unless it happens again and again.",
};

export const mendingOf = (code: string | undefined): string | undefined => (code === undefined ? undefined : Mending[code]);
