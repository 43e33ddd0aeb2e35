// Rendered on the server, where the package is imported and read.
import { limits } from "kling-avatar";
import Maker from "./maker";

export default function Page() {
  return (
    <main>
      <p id="limit">{limits.promptMaxCharacters}</p>
      <Maker />
    </main>
  );
}
