import { PasswordInput, Text } from "@mantine/core";

/** What the server asks of a password, in characters. */
export const SHORTEST = 12;

interface PasswordFieldProps {
  label: string;
  size?: string;
  autoFocus?: boolean;
  value: string;
  error?: string;
  onChange: (value: string) => void;
}

/** A field for a password that is chosen now, which tells when it is long enough. */
export function PasswordField({ label, size, autoFocus, value, error, onChange }: PasswordFieldProps) {
  const left = missing(value);
  return (
    <div>
      <PasswordInput
        label={label} size={size} autoFocus={autoFocus} autoComplete="new-password" required minLength={SHORTEST}
        value={value} error={error} onChange={(event) => onChange(event.currentTarget.value)}
        visibilityToggleButtonProps={{ "aria-label": "Show password", "aria-hidden": false, tabIndex: 0 }}
      />
      <Text size="sm" c={left > 0 ? "dimmed" : "var(--good)"} mt={6} aria-live="polite">
        {value === "" ? `At least ${SHORTEST} characters. A few words are easier than symbols.` : left > 0 ? `${left} more` : "Long enough"}
      </Text>
    </div>
  );
}

/** How many characters a password is short of. */
export function missing(password: string): number {
  return Math.max(0, SHORTEST - [...password].length);
}
