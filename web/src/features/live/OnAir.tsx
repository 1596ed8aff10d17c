import { Button, Kbd } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { BookmarkPlus, Radio, Square } from "lucide-react";
import { Confirm } from "../../lib/Confirm";
import { Moment } from "../../lib/Moment";
import { useMay } from "../../lib/session";
import { clock } from "../../lib/time";
import type { Live } from "../../gen/api";
import { Glance, type GlanceProps } from "./Glance";
import classes from "./OnAir.module.css";
import { sourcesOf, type useOnAir } from "./onAir";
import { left, useSecond } from "../../lib/second";

interface OnAirProps {
  live: Live;
  does: ReturnType<typeof useOnAir>;
  glance: GlanceProps;
}

/** Whether one is live, since when and by what; and what one does about it. */
export function OnAir({ live, does, glance }: OnAirProps) {
  const mayEdit = useMay("edit");
  const mayMark = useMay("mark");
  return (
    <header className={classes.head} data-live={live.live || undefined} data-dropped={live.graceUntil !== undefined || undefined}>
      <h1 className={classes.state}>{live.live ? <Clock live={live} /> : "Offline"}</h1>
      <div className={classes.about}>
        {live.live && live.stream && <Link to="/streams/$streamId" params={{ streamId: live.stream }} className={classes.title}>{live.title}</Link>}
        {!live.live && live.stream && (
          <span className={classes.note}>
            Last stream: <Link to="/streams/$streamId" params={{ streamId: live.stream }} className="ember-link">{live.title}</Link>
            {live.endedAt && <>, ended <Moment at={live.endedAt} /></>}
          </span>
        )}
        {!live.live && !live.stream && <span className={classes.note}>A stream begins when Twitch or OBS is live, or by the button.</span>}
        {live.live && <Note live={live} />}
      </div>
      <Glance {...glance} />
      <div className={classes.tools}>
        {live.live && mayMark && (
          <Button variant="default" leftSection={<BookmarkPlus size={17} />} rightSection={<Kbd size="xs" className={classes.key} aria-hidden="true">M</Kbd>} aria-keyshortcuts="M" onClick={() => void does.mark("Marker")}>
            Mark
          </Button>
        )}
        {mayEdit && (live.live ? (
          <Confirm
            variant="default" leftSection={<Square size={14} fill="currentColor" />} title="End this stream?"
            text={<>It ends here, now{live.sources.some(({ source }) => source !== "button") && <>, though {sourcesOf({ ...live, sources: live.sources.filter(({ source }) => source !== "button") })} is still live. What goes out there goes on</>}. What comes later is another stream.</>}
            yes="End the stream" no="Stay live" loses run={does.stop}
          >
            End
          </Confirm>
        ) : (
          <Button leftSection={<Radio size={17} />} loading={does.start.isPending} onClick={() => does.start.mutate()}>Go live</Button>
        ))}
      </div>
    </header>
  );
}

/** How long one has been live. */
function Clock({ live }: { live: Live }) {
  const now = useSecond();
  return (
    <>
      <span className={classes.lamp} aria-hidden="true" />
      Live
      {live.startedAt && <time className={classes.time} role="timer">{clock((now - Date.parse(live.startedAt)) / 1_000)}</time>}
    </>
  );
}

/** What holds the stream; when nothing does, how long it waits. */
function Note({ live }: { live: Live }) {
  const now = useSecond();
  if (live.graceUntil) {
    const seconds = left(live.graceUntil, now);
    return <span className={classes.dropped} role="status">Nothing is heard any more. {seconds > 0 ? <>Ends in {clock(seconds)} unless it comes back</> : "Ending"}</span>;
  }
  return <span className={classes.note}>by {sourcesOf(live)}</span>;
}
