import { useState } from "react";

/** The secret of the link that led here. It stands behind the #, so that no server log holds it. */
export function useSecret(): string {
  const [secret] = useState(() => new URLSearchParams(location.hash.slice(1)).get("token") ?? "");
  return secret;
}
