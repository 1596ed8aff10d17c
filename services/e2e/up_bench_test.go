package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkUp starts the platform on a folder that has been used, until it is ready. It tells the
// memory of all its processes then, in MB: rss counts what they share in each, pss once.
func BenchmarkUp(b *testing.B) {
	p := alone(b)
	up := p.up(b)
	up.waitReady(b)
	p.command(b, "import", "--wait", sample(b, 2)).want(b, 0)
	up.stop(b)
	var rss, pss float64
	for b.Loop() {
		up = p.up(b)
		up.waitReady(b)
		b.StopTimer()
		p.command(b, "events").want(b, 0)
		r, s := memory(b, up.cmd.Process.Pid)
		rss, pss = rss+r, pss+s
		up.stop(b)
		b.StartTimer()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/start")
	b.ReportMetric(rss/float64(b.N), "MB-rss")
	b.ReportMetric(pss/float64(b.N), "MB-pss")
	b.ReportMetric(0, "ns/op")
}

// memory adds up the resident memory of a process and of all below it.
func memory(t testing.TB, root int) (rss, pss float64) {
	t.Helper()
	parents := map[int][]int{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	check(t, err)
	for _, name := range stats {
		text, _ := os.ReadFile(name) // fails when it has just ended
		_, after, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(after) // state ppid …
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err != nil || len(fields) < 2 {
			continue
		}
		parent, err := strconv.Atoi(fields[1])
		check(t, err)
		parents[parent] = append(parents[parent], pid)
	}
	for tree := []int{root}; len(tree) > 0; tree = tree[1:] {
		tree = append(tree, parents[tree[0]]...)
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", tree[0]))
		check(t, err)
		for line := range strings.Lines(string(text)) {
			var kilobytes float64
			if _, err := fmt.Sscanf(line, "Rss: %f", &kilobytes); err == nil {
				rss += kilobytes / 1000
			}
			if _, err := fmt.Sscanf(line, "Pss: %f", &kilobytes); err == nil {
				pss += kilobytes / 1000
			}
		}
	}
	return rss, pss
}
