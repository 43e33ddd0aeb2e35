"use client";
// Rendered on the server first, and then alive in the page.
import { useEffect } from "react";
import { AvatarClient } from "kling-avatar";

export default function Maker() {
  useEffect(() => {
    globalThis.makeVideo = async ({ image, soundFile, baseUrl }) => {
      const client = new AvatarClient({ apiKey: "sk-bundled-app", baseUrl, dangerouslyAllowBrowser: true, poll: { minIntervalMs: 50 } });
      const video = await client.generate({ image, soundFile, prompt: "A woman speaks warmly to the camera" });
      const blob = await client.download(video);
      return { type: blob.type, begins: await blob.slice(4, 8).text(), durationSeconds: video.durationSeconds };
    };
  }, []);
  return <p>Ready</p>;
}
