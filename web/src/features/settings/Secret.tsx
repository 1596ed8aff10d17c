import { Alert, Code } from "@mantine/core";
import { Copy } from "../../lib/Copy";
import classes from "./SettingsPage.module.css";

/** Something that is shown this once, to be copied. */
export function Secret({ text, label, note }: { text: string; label: string; note: string }) {
  return (
    <>
      <Alert color="ember" variant="light">{note}</Alert>
      <div className={classes.secret}><Code>{text}</Code><Copy text={text} label={label} /></div>
    </>
  );
}
