// On the server, the module runs too.
import { validate } from "kling-avatar";

export async function POST(request) {
  const { image, soundFile } = await request.json();
  return Response.json(await validate({ image, soundFile, prompt: "Hello" }));
}
