package clips_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

// BenchmarkPackage takes in a recording of ten minutes, 720p at 30 frames a second, and measures how soon
// it can be played, and what the pipeline costs beside the ffmpeg processes that it starts: wall time in
// which none of them runs, and CPU time of everything else, NATS, PostgreSQL and S3 included.
func BenchmarkPackage(b *testing.B) {
	data := filmed(b, "long.mp4", "-t", "600", "-r", "30", "-vf", "scale=1280:720,setsar=1,format=yuv420p",
		"-c:v", "libx264", "-preset", "ultrafast", "-b:v", "5M", "-maxrate", "6M", "-bufsize", "10M", "-g", "60", "-c:a", "aac")
	var first, wall, busy, tools, rest time.Duration
	for b.Loop() {
		b.StopTimer()
		s := testkit.Start(b, testkit.Platform(b), clips.Service)
		up := start(b, s, "long.mp4", len(data), nil)
		for _, p := range up.Parts {
			put(b, p.URL, part(up, data, p.Number))
		}
		b.StartTimer()
		watch := watchTools(b)
		began, toolsBefore, restBefore := time.Now(), cpuOf(b, syscall.RUSAGE_CHILDREN), restCPU(b)
		c := finish(b, s, up)
		testkit.WaitDocument(b, s, "ours", "clip/"+c.ID, func(c clips.Clip) bool { return c.Playable })
		first += time.Since(began)
		doc := testkit.WaitDocument(b, s, "ours", "clip/"+c.ID, ended)
		wall += time.Since(began)
		ran, cost := watch()
		busy += ran
		rest -= cost
		tools += cpuOf(b, syscall.RUSAGE_CHILDREN) - toolsBefore
		rest += restCPU(b) - restBefore
		if doc.State != "packaged" {
			b.Fatalf("clip %+v", doc)
		}
		s.Stop(b)
	}
	b.ReportMetric(wall.Seconds()/float64(b.N), "wall-s")
	b.ReportMetric(tools.Seconds()/float64(b.N), "tools-cpu-s")
	b.ReportMetric(rest.Seconds()/float64(b.N), "rest-cpu-s")
	b.ReportMetric(first.Seconds()/float64(b.N), "first-s")
	b.ReportMetric(first.Seconds()/wall.Seconds(), "ratio-first")
	b.ReportMetric(wall.Seconds()/busy.Seconds(), "ratio-wall")
	b.ReportMetric((tools+rest).Seconds()/tools.Seconds(), "ratio-cpu")
}

// cpuOf is the CPU time of this process, or of its children that have ended: ffmpeg and ffprobe.
func cpuOf(b *testing.B, who int) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(who, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// restCPU is the CPU time of this process and of all that it has started, but for ffmpeg and ffprobe.
func restCPU(b *testing.B) time.Duration {
	b.Helper()
	total := cpuOf(b, syscall.RUSAGE_SELF)
	for _, p := range descendants() {
		if !p.tool {
			total += p.cpu
		}
	}
	return total
}

// watchTools measures until it is stopped for how long at least one of the tools runs, and what CPU time
// the watching itself has cost.
func watchTools(b *testing.B) (stop func() (busy, cost time.Duration)) {
	b.Helper()
	end := make(chan struct{})
	var busy, cost time.Duration
	var watching sync.WaitGroup
	watching.Go(func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		before := cpuOf(b, syscall.RUSAGE_THREAD)
		defer func() { cost = cpuOf(b, syscall.RUSAGE_THREAD) - before }()
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for last := time.Now(); ; {
			select {
			case <-end:
				return
			case <-tick.C:
			}
			now := time.Now()
			for _, p := range descendants() {
				if p.tool {
					busy += now.Sub(last)
					break
				}
			}
			last = now
		}
	})
	return func() (time.Duration, time.Duration) {
		close(end)
		watching.Wait()
		return busy, cost
	}
}

type descendant struct {
	tool bool // ffmpeg or ffprobe
	cpu  time.Duration
}

// descendants are the processes that this one has started, and those that they have.
func descendants() []descendant {
	type process struct {
		parent int
		descendant
	}
	all := map[int]process{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil { // it has ended
			continue
		}
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
		name, rest, _ := strings.Cut(string(text), ") ")
		field := strings.Fields(rest)
		parent, _ := strconv.Atoi(field[1])
		user, _ := strconv.Atoi(field[11])
		system, _ := strconv.Atoi(field[12])
		const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux that Go runs on
		all[pid] = process{parent, descendant{
			tool: strings.HasSuffix(name, "(ffmpeg") || strings.HasSuffix(name, "(ffprobe"), cpu: time.Duration(user+system) * tick,
		}}
	}
	var ours []descendant
	for _, p := range all {
		for parent := p.parent; parent > 1; parent = all[parent].parent {
			if parent == os.Getpid() {
				ours = append(ours, p.descendant)
				break
			}
		}
	}
	return ours
}
