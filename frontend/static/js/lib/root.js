/** Where a proxy shows the server, such as "/lab"; "" where it is at the root. Every address of ours begins with it. */
export const ROOT = globalThis.document?.body?.dataset["root"] ?? "";
