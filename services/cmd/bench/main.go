// Command bench runs the benchmarks of all modules, each of which does the same work by the platform
// and by the raw parts in one run, and writes what they measured as a table.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// figure is one measured number and what it should be.
type figure struct {
	// benchmark and unit say where it is measured: a line of `go test -bench` and a metric on it.
	benchmark, unit string
	what            string
	// least or most is what it should be; zero is told only.
	least, most float64
}

// figures are what the platform promises, in the order of the table.
var figures = []figure{
	{"CatchUp", "ratio", "catch-up of a projection, rows into one table, against ordered consumer and COPY by hand", 0.8, 0},
	{"CatchUpUpsert", "ratio", "catch-up, one upserted row for each aggregate, against a merge by hand", 0.8, 0},
	{"AppendMany", "ratio", "durable append by 256 writers at once, against plain synchronous publishing", 4, 0},
	{"AppendLone", "ratio", "durable append by one writer, against plain synchronous publishing", 0.95, 0},
	{"Circle", "ratio-p50", "append to projection to websocket at 500 events/s, median, against the sum of the raw parts", 0, 2},
	{"Circle", "ratio-p99", "the same, 99th percentile", 0, 3},
	{"FanOut/each", "ratio", "300 bytes to 1 000 websockets, one event after the other, against bare gorilla", 0.9, 0},
	{"FanOut/burst", "ratio", "the same at 1 000 events/s, told in bursts", 5, 0},
	{"FanOut/idle", "ratio", "the same, median latency of a single event", 0, 1},
	{"Replay", "ratio", "replay of a million events into a fold in memory, against the bare ordered consumer", 0.8, 0},
	{"Webhook", "ratio", "EventSub webhook, durable, 64 connections, against a handler that publishes each message by itself", 4, 0},
	{"Live", "ratio-p50", "EventSub webhook in to websocket out at 500 messages/s, median, against the sum of the raw parts", 0, 2},
	{"Live", "ratio-p99", "the same, 99th percentile", 0, 3},
	{"Burst", "ratio", "burst of 50 000 messages until the tables have all, once and in order, against the raw projection of what is on the log already", 0, 2},
	{"Socket", "ratio", "50 000 messages over an EventSub socket until all are on the log in order, against publishing each by itself", 0, 0},
	{"Upload", "ratio", "upload of 2 GiB in parts, hashed, against a plain multipart put of minio-go", 0.7, 0},
	{"Up", "s/start", "`up` on an existing folder until ready, seconds", 0, 5},
	{"Up", "MB-rss", "resident memory when idle, all children included, shared pages counted in each, MB", 0, 0},
	{"Up", "MB-pss", "the same, shared pages counted once, MB", 0, 0},
	{"Ladder", "ratio", "ladder of a minute of 720p30 to HLS and DASH, CPU seconds, against one ffmpeg for each size and format", 0, 0.55},
	{"Package", "ratio-first", "ten minutes of 720p30 H.264 until they can be played, against the time of the whole ladder", 0, 0.1},
	{"Sprites", "ratio", "sprites of ten minutes, CPU seconds, against decoding all with one picture a second", 0, 0.25},
	{"Package", "ratio-wall", "wall time of packaging ten minutes, against the time in which ffmpeg runs", 0, 1.05},
	{"Package", "ratio-cpu", "the same, CPU time of everything, against that of ffmpeg", 0, 1.03},
	{"History/rebuild", "ratio", "rebuild of the history of a million messages, against ordered consumer and COPY by hand", 0.8, 0},
	{"History/rare", "p95-ms", "search over a million messages for a rare word, 95th percentile, ms", 0, 50},
	{"History/medium", "p95-ms", "the same, for a word in one of some hundred messages, ms", 0, 50},
	{"History/common", "p95-ms", "the same, for a word that is used all the time, ms", 0, 50},
}

// packages have the benchmarks, by module.
var packages = []struct{ module, path string }{
	{"pkg", "./es"}, {"pkg", "./media"}, {"services", "./gateway"}, {"services", "./clips"}, {"services", "./twitch"}, {"services", "./chat"}, {"services", "./e2e"},
}

func main() {
	root := flag.String("root", ".", "the repository")
	out := flag.String("out", "", "also write the table to this file")
	times := flag.String("benchtime", "5x", "how often each benchmark runs")
	flag.Parse()
	if err := run(*root, *out, *times); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(root, out, times string) error {
	measured := map[string]map[string]float64{}
	for _, p := range packages {
		cmd := exec.Command("go", "test", "-run", "^$", "-bench", ".", "-benchtime", times, "-timeout", "60m", p.path)
		cmd.Dir = filepath.Join(root, p.module)
		var text bytes.Buffer
		cmd.Stdout, cmd.Stderr = &text, os.Stderr
		fmt.Fprintf(os.Stderr, "%s %s\n", p.module, p.path)
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("%s %s: %w\n%s", p.module, p.path, err, text.String())
		}
		for name, metrics := range parse(text.String()) {
			measured[name] = metrics
		}
	}
	page := table(measured, machine(), time.Now())
	fmt.Print(page)
	if out != "" {
		return os.WriteFile(out, []byte(page), 0o644)
	}
	return nil
}

// parse reads the metrics of each benchmark from what `go test -bench` printed.
func parse(text string) map[string]map[string]float64 {
	all := map[string]map[string]float64{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if i := strings.LastIndex(name, "-"); i > 0 { // the number of processors
			name = name[:i]
		}
		metrics := map[string]float64{}
		for i := 2; i+1 < len(fields); i += 2 {
			if value, err := strconv.ParseFloat(fields[i], 64); err == nil {
				metrics[fields[i+1]] = value
			}
		}
		all[name] = metrics
	}
	return all
}

// table is the page: what was measured, and every raw figure behind it.
func table(measured map[string]map[string]float64, machine string, at time.Time) string {
	var page strings.Builder
	fmt.Fprintf(&page, "# Benchmarks\n\nWritten by `make bench` on %s, on %s. Each ratio compares the platform with the raw part in the\n"+
		"same run on the same machine, so it means something elsewhere too; the raw figures below do not.\n\n",
		at.UTC().Format("2006-01-02"), machine)
	page.WriteString("| what | measured | wanted | |\n|---|---:|---:|---|\n")
	for _, f := range figures {
		value, there := measured[f.benchmark][f.unit]
		wanted, verdict := "told", ""
		switch {
		case f.least > 0:
			wanted, verdict = "≥ "+number(f.least), mark(value >= f.least)
		case f.most > 0:
			wanted, verdict = "≤ "+number(f.most), mark(value <= f.most)
		}
		shown := number(value)
		if !there { // a benchmark was renamed, or did not run
			shown, verdict = "not measured", mark(false)
		}
		fmt.Fprintf(&page, "| %s | %s | %s | %s |\n", f.what, shown, wanted, verdict)
	}
	page.WriteString("\n## Raw figures\n\n| benchmark | metric | value |\n|---|---|---:|\n")
	for _, name := range slices.Sorted(maps.Keys(measured)) {
		for _, unit := range slices.Sorted(maps.Keys(measured[name])) {
			if value := measured[name][unit]; unit != "ns/op" {
				fmt.Fprintf(&page, "| %s | %s | %s |\n", name, unit, number(value))
			}
		}
	}
	return page.String()
}

func mark(ok bool) string {
	if ok {
		return "✓"
	}
	return "✗"
}

func number(value float64) string {
	switch {
	case value >= 1000:
		return strconv.FormatFloat(value, 'f', 0, 64)
	case value >= 10:
		return strconv.FormatFloat(value, 'f', 1, 64)
	}
	return strconv.FormatFloat(value, 'f', 2, 64)
}

// machine says what it was measured on.
func machine() string {
	model := runtime.GOARCH
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.SplitSeq(string(data), "\n") {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d cores (%s), %s", runtime.NumCPU(), model, runtime.Version())
}
