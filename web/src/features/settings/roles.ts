import type { Role } from "../../gen/api";

/** What each role may do, the least first. */
export const ROLES: { value: Role; label: string }[] = [
  { value: "viewer", label: "Viewer: looks at everything" },
  { value: "developer", label: "Developer: also reads the log" },
  { value: "moderator", label: "Moderator: also sets markers" },
  { value: "editor", label: "Editor: also adds and changes recordings" },
  { value: "owner", label: "Owner: may do everything" },
];

/** The roles whose rights a role has all of: a token may have one of them. */
export function below(role: Role): Role[] {
  if (role === "owner") return ROLES.map(({ value }) => value);
  if (role === "editor") return ["viewer", "developer", "moderator", "editor"];
  return ["viewer", role];
}
