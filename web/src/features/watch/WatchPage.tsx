import { Check, CircleAlert, Compass, Hourglass, Link2 } from "lucide-react";
import { lazy, Suspense, useEffect, useState, type ReactNode } from "react";
import { isGone, sentence } from "../../lib/api";
import { Mark } from "../../lib/Logo";
import { askedTime, linkTo } from "../../lib/player/moment";
import { Playback, usePlaybackState, usePlaybackTime } from "../../lib/player/playback";
import { useKeptPosition } from "../../lib/player/resume";
import { positionOf } from "../../lib/positions";
import { clock } from "../../lib/time";
import { find, type Show } from "./show";
import classes from "./WatchPage.module.css";

const Player = lazy(() => import("../../lib/player/Player").then((module) => ({ default: module.Player })));

/** The page for everybody: one stream to watch, and nothing else. */
export function WatchPage({ address }: { address: URL }) {
  const [show, setShow] = useState<Show>();
  const [error, setError] = useState<unknown>();
  const [look, setLook] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    find(address, leaving.signal)
      .then((found) => {
        setShow(found);
        setError(undefined);
        document.title = `${found.title} · Afterglow`;
      })
      .catch((reason: unknown) => {
        if (leaving.signal.aborted) return;
        setError(reason);
        if (isGone(reason)) setShow(undefined);
      });
    return () => leaving.abort();
  }, [address, look]);

  // Whoever comes back, or has a network again, sees what there is by now.
  const again = () => setLook((count) => count + 1);
  useEffect(() => {
    const back = () => {
      if (document.visibilityState === "visible") setLook((count) => count + 1);
    };
    addEventListener("online", back);
    document.addEventListener("visibilitychange", back);
    return () => {
      removeEventListener("online", back);
      document.removeEventListener("visibilitychange", back);
    };
  }, []);

  return (
    <div className={classes.page}>
      {show ? <Stage show={show} address={address} onAgain={again} /> : error ? <Trouble error={error} onAgain={again} /> : <Loading />}
      <footer className={classes.foot}><Mark size={18} />Afterglow</footer>
    </div>
  );
}

function Stage({ show, address, onAgain }: { show: Show; address: URL; onAgain: () => void }) {
  return (
    <main className={classes.main}>
      {show.source ? <Screen show={show} source={show.source} address={address} /> : (
        <>
          <div className={classes.screen}>
            <Notice
              icon={<Hourglass size={26} />} title="It is being made ready to watch"
              action={<button type="button" className={classes.button} onClick={onAgain}>Look again</button>}
            >
              Come back in a little while.
            </Notice>
          </div>
          <Head show={show} duration={show.duration ?? 0} />
        </>
      )}
    </main>
  );
}

function Screen({ show, source, address }: { show: Show; source: NonNullable<Show["source"]>; address: URL }) {
  const [playback] = useState(() => new Playback());
  const [start] = useState(() => {
    const asked = askedTime(address.search, address.hash);
    const kept = asked === undefined ? positionOf(show.id)?.at : undefined;
    return { at: asked ?? kept ?? 0, continued: kept };
  });
  const { spans } = usePlaybackState(playback);
  const duration = Math.max(show.duration ?? 0, ...spans.map(({ clip, duration: ready }) => clip.offset + ready));
  useEffect(() => playback.show(source, start.at), [playback, source, start]);
  useKeptPosition(playback, show.id, duration);
  return (
    <>
      <div className={classes.stage}>
        <Suspense fallback={<div className={classes.screen} />}>
          <Player playback={playback} clips={source.clips} markers={[]} duration={duration} page={address.href} continued={start.continued} />
        </Suspense>
      </div>
      <Head show={show} duration={duration}><CopyLink playback={playback} page={address.href} /></Head>
    </>
  );
}

function Head({ show, duration, children }: { show: Show; duration: number; children?: ReactNode }) {
  return (
    <header className={classes.head}>
      <h1 className={classes.title}>{show.title}</h1>
      <div className={classes.facts}>
        {show.startedAt && <time dateTime={show.startedAt}>{new Date(show.startedAt).toLocaleDateString(undefined, { dateStyle: "long" })}</time>}
        {duration > 0 && <span>{clock(duration)}</span>}
        {children}
      </div>
    </header>
  );
}

function CopyLink({ playback, page }: { playback: Playback; page: string }) {
  const time = usePlaybackTime(playback);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button" className={classes.link}
      onClick={() => void navigator.clipboard.writeText(linkTo(page, time)).then(() => setCopied(true)).catch(() => {})}
    >
      {copied ? <Check size={15} aria-hidden="true" /> : <Link2 size={15} aria-hidden="true" />}
      {copied ? "Copied" : `Copy link at ${clock(time)}`}
    </button>
  );
}

function Trouble({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  return (
    <main className={classes.main} role="alert">
      {isGone(error) ? (
        <Notice icon={<Compass size={26} />} title="There is nothing to watch here" first>
          It may have been taken down, or the link is not whole. Ask whoever gave it to you.
        </Notice>
      ) : (
        <Notice
          icon={<CircleAlert size={26} />} title="It could not be loaded" first
          action={<button type="button" className={classes.button} onClick={onAgain}>Try again</button>}
        >
          {sentence(error)}
        </Notice>
      )}
    </main>
  );
}

function Notice({ icon, title, children, action, first }: { icon: ReactNode; title: string; children: ReactNode; action?: ReactNode; first?: boolean }) {
  const Title = first ? "h1" : "h2";
  return (
    <div className={classes.notice}>
      <span className={classes.icon} aria-hidden="true">{icon}</span>
      <Title className={classes.noticeTitle}>{title}</Title>
      <p className={classes.noticeText}>{children}</p>
      {action}
    </div>
  );
}

function Loading() {
  return (
    <main className={classes.main} role="status" aria-label="Loading">
      <div className={classes.screen} />
      <div className={classes.head}><div className={classes.line} /></div>
    </main>
  );
}
