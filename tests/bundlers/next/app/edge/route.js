// The edge runtime takes modules in a way of its own.
import { validate } from "kling-avatar";
import { createGateway } from "kling-avatar/gateway";

export const runtime = "edge";

export async function GET() {
  if (typeof createGateway !== "function") return new Response("no gateway");
  const { problems } = await validate({ image: new Uint8Array(), audioId: "a", prompt: "Hello" });
  return new Response(problems.map(({ code }) => code).join(", "));
}
