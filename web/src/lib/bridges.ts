/** How each OBS stands that a bridge tells of, pushed as it changes. */
import type { BridgeList } from "../gen/api";
import { api } from "./api";
import { useDocument } from "./live";

/** All bridges, by name. */
export function useBridges() {
  return useDocument<BridgeList>("obs", (signal) => api.get("/api/obs", { signal }));
}
