import { Eye } from "lucide-react";
import type { Connection } from "../../lib/connections";
import type { Bridge } from "../../gen/api";
import classes from "./Glance.module.css";
import { diskOf, twitchOf, type Tone } from "./health";

export interface GlanceProps {
  twitch: Connection | undefined;
  bridges: Bridge[];
  viewers: number | undefined;
}

const WORST: Tone[] = ["bad", "warn", "good", "off"];

function worst(tones: Tone[]): Tone {
  return WORST.find((tone) => tones.includes(tone)) ?? "off";
}

/** Whether all is well, without a word more: viewers, Twitch, OBS, disk. */
export function Glance({ twitch, bridges, viewers }: GlanceProps) {
  const disks = bridges.flatMap(({ disk }) => disk ?? []);
  const lamps = [
    { name: "Twitch", ...twitchOf(twitch) },
    { name: "OBS", tone: bridges.length === 0 ? "off" as const : worst(bridges.map(({ connected }) => (connected ? "good" : "bad"))), note: bridges.some(({ connected }) => connected) ? "heard" : "not heard" },
    ...(disks.length > 0 ? [{ name: "Disk", tone: worst(disks.map(diskOf)), note: worst(disks.map(diskOf)) === "good" ? "enough room" : "little room" }] : []),
  ];
  return (
    <ul className={classes.list} aria-label="At a glance">
      {viewers !== undefined && <li className={classes.viewers} title="Viewers"><Eye size={16} aria-hidden="true" /><span>{viewers.toLocaleString("en")}</span><span className={classes.hidden}> viewers</span></li>}
      {lamps.map(({ name, tone, note }) => (
        <li key={name} className={classes.lamp} data-tone={tone} title={`${name}: ${note}`}>
          <span className={classes.dot} aria-hidden="true" />{name}<span className={classes.hidden}>: {note}</span>
        </li>
      ))}
    </ul>
  );
}
