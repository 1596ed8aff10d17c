import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { summary, type Count } from "./viewers";
import classes from "./Viewers.module.css";

const HEIGHT = 100;
/** So many seconds are shown at least. */
const SHORTEST = 600;

function dataOf(counts: Count[]): uPlot.AlignedData {
  return [counts.map(({ at }) => at), counts.map(({ viewers }) => viewers)];
}

/** The counts as a line. */
export default function Chart({ counts }: { counts: Count[] }) {
  const scheme = useComputedColorScheme("dark");
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(counts);
  useEffect(() => {
    const place = box.current!;
    const made = new uPlot(options(place, place.clientWidth), dataOf(latest.current), place);
    chart.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height: HEIGHT }));
    watcher.observe(place);
    return () => {
      watcher.disconnect();
      made.destroy();
    };
  }, [scheme]);
  useEffect(() => {
    latest.current = counts;
    chart.current?.setData(dataOf(counts));
  }, [counts]);
  const { peak } = summary(counts);
  return <div ref={box} className={classes.chart} role="img" aria-label={`Viewers over time, between ${Math.min(...counts.map(({ viewers }) => viewers))} and ${peak}`} />;
}

/** The look, in the colours that the page has now. */
function options(place: HTMLElement, width: number): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const axis: uPlot.Axis = {
    stroke: colour("--mantine-color-dimmed"), font, grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false },
  };
  return {
    width, height: HEIGHT, padding: [8, 28, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: ({ data: [times] }) => [Math.min(times[0] ?? 0, (times.at(-1) ?? 0) - SHORTEST), times.at(-1) ?? 0] },
      y: { range: (_, __, most) => [0, Math.max(4, Math.ceil(most * 1.15))] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 22, space: 70, values: (_, splits) => splits.map((at) => TIME.format(new Date(at * 1_000))) },
      { ...axis, size: 38, space: 32, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000] },
    ],
    series: [{}, { stroke: colour("--ember-text"), width: 2, fill: `color-mix(in srgb, ${colour("--ember-text")} 14%, transparent)`, points: { show: (_, __, first, last) => last - first < 2, size: 7, fill: colour("--ember-text") }, spanGaps: true }],
  };
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
