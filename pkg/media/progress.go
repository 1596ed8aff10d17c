package media

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Progress is how far a run has come; it is told about twice a second.
type Progress struct {
	Done      float64       // seconds of the source that are done
	Percent   float64       // 0 to 100, never falling
	Speed     float64       // source seconds per second; 0 while unknown
	Remaining time.Duration // 0 while unknown
}

// progressArgs make ffmpeg write what meter reads.
var progressArgs = []string{"-nostats", "-progress", "pipe:1", "-stats_period", "0.5"}

// meter reads ffmpeg's progress, which comes in blocks of key=value lines that end with "progress=…".
type meter struct {
	from   float64 // seconds, where the stretch that is worked on begins
	total  float64 // seconds
	report func(Progress)
	now    Progress
}

func (m *meter) line(line string) {
	key, value, _ := strings.Cut(line, "=")
	switch key {
	case "out_time_us":
		if us, err := strconv.ParseFloat(value, 64); err == nil {
			m.now.Done = min(max(m.now.Done, us/1e6-m.from), m.total)
		}
	case "speed":
		m.now.Speed = 0
		if x, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), "x"), 64); err == nil && x > 0 && !math.IsInf(x, 0) {
			m.now.Speed = x
		}
	case "progress":
		m.tell()
	}
}

// finish tells that all is done.
func (m *meter) finish() {
	m.now.Done = m.total
	m.tell()
}

func (m *meter) tell() {
	if m.report == nil {
		return
	}
	if m.total > 0 {
		m.now.Percent = 100 * (m.now.Done / m.total)
	}
	m.now.Remaining = 0
	if m.now.Speed > 0 {
		m.now.Remaining = time.Duration((m.total - m.now.Done) / m.now.Speed * float64(time.Second)).Round(time.Second)
	}
	m.report(m.now)
}
