package main

import (
	"strings"
	"testing"
	"time"
)

func TestTable(t *testing.T) {
	t.Parallel()
	measured := parse(`goos: linux
BenchmarkCatchUp-2         	       3	    119449 kit-events/s	         0.9864 ratio	    121098 raw-events/s
BenchmarkFanOut/burst-2    	       3	    4.1 ratio
PASS`)
	page := table(measured, "2 cores", time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC))
	for _, want := range []string{
		"by hand | 0.99 | ≥ 0.80 | ✓ |", "in bursts | 4.10 | ≥ 5.00 | ✗ |", "single event | not measured | ≤ 1.00 | ✗ |",
		"| CatchUp | raw-events/s | 121098 |", "2026-03-14",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
}
